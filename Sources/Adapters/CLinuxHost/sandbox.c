// SPDX-License-Identifier: Apache-2.0
// Putting a sandbox together, and being its init process. See parts.h for the rules.
#define _GNU_SOURCE
#include "parts.h"

static long bring_loopback_up(void) {
    long socket = raw3(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return socket;
    struct ifreq request;
    volatile unsigned char *bytes = (volatile unsigned char *)&request;
    for (size_t i = 0; i < sizeof request; i++) bytes[i] = 0;
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    long result = raw3(__NR_ioctl, socket, SIOCSIFFLAGS, &request);
    raw1(__NR_close, socket);
    return result;
}

static long write_new_file(const char *path, const char *text, unsigned long mode) {
    long fd = raw4(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
    if (fd < 0) return fd;
    long result = raw3(__NR_write, fd, text, length_of(text));
    raw1(__NR_close, fd);
    return result < 0 ? result : 0;
}

static long pivot_here(void) {
    long result = raw2(__NR_pivot_root, ".", ".");
    if (result < 0) return result;
    result = raw2(__NR_umount2, ".", MNT_DETACH);
    if (result < 0) return result;
    return raw1(__NR_chdir, "/");
}

long aplomb_carry_out(const struct aplomb_step *step) {
    long result;
    switch (step->operation) {
    case APLOMB_MOUNT:
        return raw5(__NR_mount, step->source, step->target, step->type, step->flags, step->data);
    case APLOMB_DETACH:
        return raw2(__NR_umount2, step->target, MNT_DETACH);
    case APLOMB_MKDIR:
        result = raw3(__NR_mkdirat, AT_FDCWD, step->target, step->flags);
        if (result == -EEXIST) return 0;
        if (result < 0) return result;
        return raw3(__NR_fchmodat, AT_FDCWD, step->target, step->flags);
    case APLOMB_MKNOD: {
        const char *cursor = step->data;
        long device = next_number(&cursor, cursor + length_of(cursor));
        result = raw4(__NR_mknodat, AT_FDCWD, step->target, S_IFCHR | step->flags, device);
        if (result < 0) return result;
        return raw3(__NR_fchmodat, AT_FDCWD, step->target, step->flags);
    }
    case APLOMB_SYMLINK:
        result = raw3(__NR_symlinkat, step->source, AT_FDCWD, step->target);
        return result == -EEXIST ? 0 : result;
    case APLOMB_WRITE:
        return write_new_file(step->target, step->data, step->flags);
    case APLOMB_CHDIR:
        return raw1(__NR_chdir, step->target);
    case APLOMB_PIVOT:
        return pivot_here();
    case APLOMB_HOSTNAME:
        return raw2(__NR_sethostname, step->data, length_of(step->data));
    case APLOMB_LOOPBACK:
        return bring_loopback_up();
    case APLOMB_DROP_CAPABILITY:
        return raw2(__NR_prctl, PR_CAPBSET_DROP, step->flags);
    case APLOMB_CGROUP_NAMESPACE:
        return raw1(__NR_unshare, CLONE_NEWCGROUP);
    default:
        return -EINVAL;
    }
}

static int hexadecimal(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    return -1;
}

struct range {
    unsigned long low, high;
    int name;  // 1 when the line names a special mapping such as [vdso]
};

// Gives the memory back that was copied from the controller: it may hold secrets, and the copy
// would otherwise pin pages as long as the sandbox lives. Only this code, its constants and its
// stack stay.
static void forget_controller(const void *stack) {
    static const char anchor[] = "/proc/self/maps";
    long maps = raw4(__NR_openat, AT_FDCWD, anchor, O_RDONLY, 0);
    if (maps < 0) return;
    unsigned long kept[3] = {(unsigned long)stack, (unsigned long)&forget_controller,
                             (unsigned long)anchor};
    char buffer[1024];
    struct range range;
    range.low = range.high = 0;
    range.name = 0;
    int column = 0;  // 0: low, 1: high, 2: the rest of the line
    long count;
    while ((count = raw3(__NR_read, maps, buffer, sizeof buffer)) > 0) {
        for (long i = 0; i < count; i++) {
            char character = buffer[i];
            int digit = hexadecimal(character);
            if (column == 0 && digit >= 0) range.low = range.low << 4 | (unsigned long)digit;
            else if (column == 0) column = 1;
            else if (column == 1 && digit >= 0) range.high = range.high << 4 | (unsigned long)digit;
            else if (column == 1) column = 2;
            else if (character == '[') range.name = 1;
            if (character != '\n') continue;
            int keep = 0;
            for (int k = 0; k < 3; k++)
                if (kept[k] >= range.low && kept[k] < range.high) keep = 1;
            // [vdso] and the like stay; [heap] and [stack] are the controller's and go below.
            if (range.name && range.high - range.low <= 65536) keep = 1;
            if (!keep) raw2(__NR_munmap, range.low, range.high - range.low);
            range.low = range.high = 0;
            range.name = column = 0;
        }
    }
    raw1(__NR_close, maps);
}

// PID 1 of a sandbox that does not boot: reaps what is orphaned and ends with the controller. When
// it ends, the kernel kills every process of the sandbox and its mounts go with the namespace.
__attribute__((noreturn)) void aplomb_be_init(int control) {
    uint64_t child = 1ULL << (SIGCHLD - 1);
    long signals = raw4(__NR_signalfd4, -1, &child, 8, SFD_CLOEXEC | SFD_NONBLOCK);
    forget_controller(__builtin_frame_address(0));
    struct pollfd events[2];
    events[0].fd = control;
    events[0].events = POLLIN;
    events[1].fd = (int)signals;
    events[1].events = POLLIN;
    for (;;) {
        while (raw4(__NR_wait4, -1, 0, WNOHANG | __WALL, 0) > 0) {
        }
        long ready = raw5(__NR_ppoll, events, 2, 0, 0, 8);
        if (ready < 0) continue;
        if (events[0].revents) leave(0);
        if (events[1].revents) {
            char buffer[sizeof(struct signalfd_siginfo) * 4];
            while (raw3(__NR_read, signals, buffer, sizeof buffer) > 0) {
            }
        }
    }
}
