// SPDX-License-Identifier: Apache-2.0
// The processes between the controller and what it runs: a supervisor for each command, and the
// init process of a sandbox.
//
// Rules for this file. It runs after clone, in the memory of a controller with many threads
// (supervisor, child before exec) or in a copy of it (init process). So: raw system calls only, no
// C library, no allocation, no locks, no thread-local storage. `nm -u` on the object must show
// nothing but `clone` and the signal-mask calls of the two entry points.
#define _GNU_SOURCE
#include "CLinuxHost.h"
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

struct clone_request {  // struct clone_args, whose header clashes with <sched.h>
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    uint64_t set_tid, set_tid_size, cgroup;
};

// MARK: - Small helpers

static size_t length_of(const char *text) {
    size_t length = 0;
    while (text[length]) {
        length++;
        __asm__ volatile("");  // or the compiler makes this a call of strlen
    }
    return length;
}

// The number at the cursor, moved behind it, or -1 at the end of the text.
static long next_number(const char **cursor, const char *end) {
    while (*cursor < end && (**cursor < '0' || **cursor > '9')) (*cursor)++;
    if (*cursor == end) return -1;
    long number = 0;
    while (*cursor < end && **cursor >= '0' && **cursor <= '9')
        number = number * 10 + (*(*cursor)++ - '0');
    return number;
}

static int64_t now_milliseconds(void) {
    struct timespec time;
    raw2(__NR_clock_gettime, CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void pause_milliseconds(long milliseconds) {
    struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
    raw2(__NR_nanosleep, &time, 0);
}

static void tell(int pipe, int kind, int first, int second, int third) {
    struct aplomb_message message;
    message.kind = kind;
    message.first = first;
    message.second = second;
    message.third = third;
    raw3(__NR_write, pipe, &message, sizeof message);
}

__attribute__((noreturn)) static void leave(int code) {
    for (;;) raw1(__NR_exit_group, code);
}

static void close_between(unsigned int first, unsigned int last) {
    if (first > last) return;
    if (raw3(__NR_close_range, first, last, 0) == 0) return;
    // Kernels before 5.9. The usual limit is 1024; a higher one is cut to keep this finite.
    if (last > 65535) last = 65535;
    for (unsigned int fd = first; fd <= last; fd++) raw1(__NR_close, fd);
}

// Closes every descriptor but the given ones (-1 is none).
static void close_all_but(const int *kept, int count) {
    unsigned int next = 0;
    for (;;) {
        int lowest = -1;
        for (int i = 0; i < count; i++)
            if (kept[i] >= (int)next && (lowest < 0 || kept[i] < lowest)) lowest = kept[i];
        if (lowest < 0) break;
        if (lowest > 0) close_between(next, (unsigned int)lowest - 1);
        next = (unsigned int)lowest + 1;
    }
    close_between(next, ~0U);
}

static void default_signals(void) {
    // The kernel's struct: handler, flags, restorer, mask. Zero is SIG_DFL.
    static const unsigned long action[8];
    for (int signal = 1; signal <= 64; signal++)
        if (signal != SIGKILL && signal != SIGSTOP) raw4(__NR_rt_sigaction, signal, action, 0, 8);
}

static void set_signal_mask(uint64_t mask) {
    raw4(__NR_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
}

// Starts a process. With CLONE_VM it also has CLONE_VFORK: the child then runs on this very stack
// while its parent waits, so the caller must end in a call that does not return.
static inline __attribute__((always_inline)) long start_process(uint64_t flags, int cgroup,
                                                                int *pidfd, int *in_cgroup) {
    struct clone_request request;
    unsigned char *bytes = (unsigned char *)&request;
    for (size_t i = 0; i < sizeof request; i++) ((volatile unsigned char *)bytes)[i] = 0;
    request.flags = flags;
    request.exit_signal = (flags & CLONE_VM) ? SIGCHLD : 0;
    if (pidfd) {
        request.flags |= CLONE_PIDFD;
        request.pidfd = (uint64_t)(uintptr_t)pidfd;
    }
    if (cgroup >= 0) {
        request.flags |= CLONE_INTO_CGROUP;
        request.cgroup = (uint64_t)cgroup;
        *in_cgroup = 1;
        long pid = raw2(__NR_clone3, &request, sizeof request);
        if (pid >= 0 || (pid != -ENOSYS && pid != -EINVAL && pid != -E2BIG && pid != -EBUSY
                         && pid != -EOPNOTSUPP && pid != -EACCES && pid != -EPERM)) return pid;
    }
    // Without clone3 (or a cgroup that cannot be entered that way) the child joins by itself.
    *in_cgroup = 0;
    unsigned long plain = (unsigned long)(flags | request.exit_signal);
    if (pidfd) plain |= CLONE_PIDFD;
#if defined(__x86_64__)
    return raw5(__NR_clone, plain, 0, pidfd, 0, 0);
#else
    return raw5(__NR_clone, plain, 0, pidfd, 0, 0);
#endif
}

// MARK: - Steps of a sandbox

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

static long carry_out(const struct aplomb_step *step) {
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

// MARK: - The init process

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
__attribute__((noreturn)) static void be_init(int control) {
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

// MARK: - The child

__attribute__((noreturn)) static void fail_on(int status, struct aplomb_job *job, int stage,
                                              long error) {
    job->own_child_failed = 1;
    tell(status, APLOMB_FAILED, stage, (int)-error, 0);
    leave(127);
}

__attribute__((noreturn)) static void fail(struct aplomb_job *job, int stage, long error) {
    fail_on(job->status, job, stage, error);
}

static void join_cgroups(struct aplomb_job *job, int in_cgroup) {
    for (int i = 0; i < APLOMB_CGROUPS_MAX; i++) {
        if (job->cgroup_procs[i] < 0 || (i == 0 && in_cgroup)) continue;
        long result = raw3(__NR_write, job->cgroup_procs[i], "0", 1);
        if (result < 0) fail(job, APLOMB_STAGE_CGROUP, result);
    }
}

// Makes the job's descriptors 0 to 3 and closes all others. Returns the status pipe's new number.
static int prepare_descriptors(struct aplomb_job *job) {
    // They may sit on each other's numbers, so they are first moved out of the way.
    int wanted[4];
    wanted[0] = job->input;
    wanted[1] = job->output;
    wanted[2] = job->error;
    wanted[3] = job->script;
    for (int i = 0; i < 4; i++) {
        if (wanted[i] < 0) continue;
        long copy = raw3(__NR_fcntl, wanted[i], F_DUPFD_CLOEXEC, 10);
        if (copy < 0) fail(job, APLOMB_STAGE_DESCRIPTORS, copy);
        wanted[i] = (int)copy;
    }
    // This memory is the supervisor's too, and its descriptor numbers stay as they are.
    long status = raw3(__NR_fcntl, job->status, F_DUPFD_CLOEXEC, 10);
    if (status < 0) fail(job, APLOMB_STAGE_DESCRIPTORS, status);
    for (int i = 0; i < 4; i++) {
        if (wanted[i] < 0) continue;
        long result = raw3(__NR_dup3, wanted[i], i, 0);
        if (result < 0) fail(job, APLOMB_STAGE_DESCRIPTORS, result);
    }
    int kept[5];
    for (int i = 0; i < 3; i++) kept[i] = i;
    kept[3] = wanted[3] < 0 ? -1 : 3;
    kept[4] = (int)status;
    close_all_but(kept, 5);
    return (int)status;
}

static long change_identity(const struct aplomb_job *job) {
    for (int bit = 0; bit < 64; bit++)
        if (job->dropped_capabilities >> bit & 1) raw2(__NR_prctl, PR_CAPBSET_DROP, bit);
    if (job->user == UINT32_MAX && job->group == UINT32_MAX) return 0;
    long result = raw2(__NR_setgroups, 0, 0);
    if (result >= 0) result = raw3(__NR_setresgid, job->group, job->group, job->group);
    if (result >= 0) result = raw3(__NR_setresuid, job->user, job->user, job->user);
    return result;
}

__attribute__((noreturn, noinline)) static void child(struct aplomb_job *job, int in_cgroup) {
    // Invariant: whoever started this process has one thread, or (init process) the control pipe
    // is watched as well; so this signal comes when the supervisor dies, and never too early.
    if (job->paths) raw2(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
    raw0(__NR_setsid);
    default_signals();
    join_cgroups(job, in_cgroup);
    if (job->enter && job->node >= 0) {
        long result = raw2(__NR_setns, job->node, job->enter);
        if (result < 0) fail(job, APLOMB_STAGE_NAMESPACES, result);
    }
    raw1(__NR_umask, 022);
    for (int i = 0; i < job->step_count; i++) {
        long result = carry_out(&job->steps[i]);
        if (result < 0 && !job->steps[i].optional) fail(job, i, result);
    }
    if (!job->paths) {
        int control = job->control;
        int kept[6];
        for (int i = 0; i < 3; i++) kept[i] = i;
        kept[3] = control;
        kept[4] = job->status;
        kept[5] = job->lock;
        raw1(__NR_close, 0);
        raw4(__NR_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
        raw3(__NR_dup3, 0, 1, 0);
        raw3(__NR_dup3, 0, 2, 0);
        close_all_but(kept, 6);
        raw2(__NR_prctl, PR_SET_NAME, job->name);
        tell(job->status, APLOMB_STARTED, 1, 0, 0);
        raw1(__NR_close, job->status);
        be_init(control);
    }
    long result = raw1(__NR_chdir, job->directory ? job->directory : "/");
    if (result < 0) fail(job, APLOMB_STAGE_DIRECTORY, result);
    int status = prepare_descriptors(job);
    result = change_identity(job);
    if (result < 0) fail_on(status, job, APLOMB_STAGE_IDENTITY, result);
    set_signal_mask(0);
    // As execvp does: "not found" only when no candidate was there at all.
    long error = -ENOENT;
    for (char *const *path = job->paths; *path; path++) {
        result = raw3(__NR_execve, *path, job->arguments, job->environment);
        if (result != -ENOENT && result != -ENOTDIR) error = result;
        if (result != -ENOENT && result != -ENOTDIR && result != -EACCES) break;
    }
    fail_on(status, job, APLOMB_STAGE_EXEC, error);
}

// MARK: - Ending a tree

// Sends a signal to every process of the cgroup. Returns how many there were.
static int signal_cgroup(const struct aplomb_job *job, int signal) {
    char buffer[4096];
    int found = 0;
    long carried = 0;
    // Opened anew each time: v1 answers a second read of an open file from a cache.
    long procs = raw4(__NR_openat, job->cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC, 0);
    if (procs < 0) return 0;
    for (;;) {
        long count = raw3(__NR_read, procs, buffer + carried, sizeof buffer - carried);
        if (count == -EINTR) continue;
        if (count <= 0) break;
        long total = carried + count, whole = total;
        while (whole > 0 && buffer[whole - 1] != '\n') whole--;
        const char *cursor = buffer;
        for (long pid; (pid = next_number(&cursor, buffer + whole)) > 0;) {
            found++;
            if (signal) raw2(__NR_kill, pid, signal);
        }
        carried = total - whole;
        for (long i = 0; i < carried; i++) buffer[i] = ((volatile char *)buffer)[whole + i];
    }
    raw1(__NR_close, procs);
    return found;
}

// Sends a signal to the children that were handed to this process as their subreaper.
static int signal_children(long except, int signal) {
    char buffer[4096];
    long fd = raw4(__NR_openat, AT_FDCWD, "/proc/thread-self/children", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) return 0;
    long count = raw3(__NR_read, fd, buffer, sizeof buffer);
    raw1(__NR_close, fd);
    const char *cursor = buffer;
    int found = 0;
    if (count <= 0) return 0;
    for (long pid; (pid = next_number(&cursor, buffer + count)) > 0;) {
        if (pid == except) continue;
        found++;
        if (signal) raw2(__NR_kill, pid, signal);
    }
    return found;
}

static int has_cgroup(const struct aplomb_job *job) {
    return job->cgroup >= 0;
}

// Reaps what has ended. With `except` that one stays a zombie, so that its number stays taken; the
// kernel may then hide other zombies behind it, which is fine for a moment.
static void reap_all_but(long except) {
    for (;;) {
        siginfo_t info;
        ((volatile siginfo_t *)&info)->si_pid = 0;
        long result = raw5(__NR_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, 0);
        if (result < 0 || info.si_pid == 0 || info.si_pid == except) return;
        raw4(__NR_wait4, info.si_pid, 0, WNOHANG, 0);
    }
}

static void write_text(int fd, const char *text) {
    if (fd >= 0) raw3(__NR_write, fd, text, length_of(text));
}

// Sends SIGKILL once to all that is in the cgroup.
static void kill_cgroup_once(const struct aplomb_job *job) {
    if (job->cgroup_kill >= 0) {
        write_text(job->cgroup_kill, "1");
        return;
    }
    // Frozen, a fork bomb cannot outrun the list.
    write_text(job->cgroup_freeze, job->freezer_is_v1 ? "FROZEN" : "1");
    signal_cgroup(job, SIGKILL);
    write_text(job->cgroup_freeze, job->freezer_is_v1 ? "THAWED" : "0");
}

// Kills until nothing is left, for at most five seconds: a process in uninterruptible sleep cannot
// be killed. Returns the number of those that remain.
static int kill_all(const struct aplomb_job *job, int reaps) {
    int remaining = 0;
    for (int round = 0; round < 500; round++) {
        if (has_cgroup(job)) kill_cgroup_once(job);
        else signal_children(-1, SIGKILL);
        if (reaps) reap_all_but(-1);
        remaining = has_cgroup(job) ? signal_cgroup(job, 0)
                                    : signal_children(-1, 0);
        if (remaining == 0) return 0;
        pause_milliseconds(round < 20 ? 1 : 10);
    }
    return remaining;
}

static void signal_tree(const struct aplomb_job *job, long main, int signal) {
    if (has_cgroup(job)) {
        signal_cgroup(job, signal);
    } else {
        raw2(__NR_kill, -main, signal);
        signal_children(main, signal);
    }
}

static void remove_cgroups(const struct aplomb_job *job) {
    for (int i = 0; i < APLOMB_CGROUPS_MAX; i++) {
        if (!job->cgroup_paths[i]) continue;
        // A just killed process may be counted for a moment.
        for (int round = 0; round < 100; round++) {
            if (raw3(__NR_unlinkat, AT_FDCWD, job->cgroup_paths[i], AT_REMOVEDIR) != -EBUSY) break;
            pause_milliseconds(1);
        }
    }
}

// MARK: - The supervisor

struct watch {
    long main;
    int flags;
    int abandoned;  // the controller is gone: nobody waits for a result
};

// Waits until the main process has ended (it is left as a zombie, so that its number stays taken).
static void watch_main(struct aplomb_job *job, struct watch *watch, int signals) {
    enum state { RUNNING, TERMINATING, KILLING } state = RUNNING;
    int64_t deadline = job->timeout_milliseconds > 0
        ? now_milliseconds() + job->timeout_milliseconds : 0;
    for (;;) {
        reap_all_but(watch->main);
        siginfo_t info;
        ((volatile siginfo_t *)&info)->si_pid = 0;
        raw5(__NR_waitid, P_PID, watch->main, &info, WEXITED | WNOHANG | WNOWAIT, 0);
        if (info.si_pid == watch->main) return;

        struct timespec limit;
        struct timespec *timeout = 0;
        if (deadline) {
            int64_t left = deadline - now_milliseconds();
            if (left < 0) left = 0;
            limit.tv_sec = left / 1000;
            limit.tv_nsec = (left % 1000) * 1000000;
            timeout = &limit;
        }
        struct pollfd events[2];
        events[0].fd = signals;
        events[0].events = POLLIN;
        events[0].revents = 0;
        events[1].fd = watch->abandoned ? -1 : job->control;
        events[1].events = POLLIN;
        events[1].revents = 0;
        raw5(__NR_ppoll, events, 2, timeout, 0, 8);
        if (events[0].revents) {
            char buffer[sizeof(struct signalfd_siginfo) * 4];
            while (raw3(__NR_read, signals, buffer, sizeof buffer) > 0) {
            }
        }
        enum state next = state;
        if (events[1].revents) {
            char command = 0;
            long count = raw3(__NR_read, job->control, &command, 1);
            if (count == 0) {
                watch->abandoned = 1;
                next = KILLING;
            } else if (count == 1 && state == RUNNING) {
                watch->flags |= APLOMB_CANCELLED;
                next = command == 'k' ? KILLING : TERMINATING;
            } else if (count == 1 && command == 'k') {
                next = KILLING;
            }
        }
        if (next == state && deadline && now_milliseconds() >= deadline) {
            if (state == RUNNING) watch->flags |= APLOMB_TIMED_OUT;
            next = state == RUNNING ? TERMINATING : KILLING;
        } else if (next == state) {
            continue;
        }
        state = next;
        if (state == TERMINATING && job->grace_milliseconds > 0) {
            signal_tree(job, watch->main, SIGTERM);
            signal_tree(job, watch->main, SIGCONT);
            deadline = now_milliseconds() + job->grace_milliseconds;
            continue;
        }
        // Again every 100 ms, until the main process has ended.
        state = KILLING;
        deadline = now_milliseconds() + 100;
        raw2(__NR_kill, -watch->main, SIGKILL);
        if (has_cgroup(job)) kill_cgroup_once(job);
        else signal_children(-1, SIGKILL);
    }
}

static long start_child(struct aplomb_job *job) {
    int in_cgroup = 0;
    long pid = start_process(CLONE_VM | CLONE_VFORK | job->create,
                             job->clones_into_cgroup ? job->cgroup : -1, 0, &in_cgroup);
    if (pid == 0) child(job, in_cgroup);
    return pid;
}

static int supervise(void *argument) {
    struct aplomb_job *job = argument;
    raw0(__NR_setsid);
    default_signals();
    raw2(__NR_prctl, PR_SET_NAME, job->name);
    raw2(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1);
    raw1(__NR_chdir, "/");
    int kept[11 + APLOMB_CGROUPS_MAX];
    kept[0] = job->input;
    kept[1] = job->output;
    kept[2] = job->error;
    kept[3] = job->script;
    kept[4] = job->control;
    kept[5] = job->status;
    kept[6] = job->lock;
    kept[7] = job->node;
    kept[8] = job->cgroup;
    kept[9] = job->cgroup_kill;
    kept[10] = job->cgroup_freeze;
    for (int i = 0; i < APLOMB_CGROUPS_MAX; i++) kept[11 + i] = job->cgroup_procs[i];
    close_all_but(kept, 11 + APLOMB_CGROUPS_MAX);

    uint64_t child_signal = 1ULL << (SIGCHLD - 1);
    int signals = (int)raw4(__NR_signalfd4, -1, &child_signal, 8, SFD_CLOEXEC | SFD_NONBLOCK);
    if (job->node >= 0 && (job->enter & CLONE_NEWPID)) {
        long result = raw2(__NR_setns, job->node, CLONE_NEWPID);
        if (result < 0) {
            tell(job->status, APLOMB_FAILED, APLOMB_STAGE_NAMESPACES, (int)-result, 0);
            remove_cgroups(job);
            leave(1);
        }
        job->enter &= ~(uint64_t)CLONE_NEWPID;
    }
    struct watch watch;
    watch.main = 0;
    watch.flags = watch.abandoned = 0;
    watch.main = start_child(job);
    if (watch.main < 0)
        tell(job->status, APLOMB_FAILED, APLOMB_STAGE_CLONE, (int)-watch.main, 0);
    if (watch.main < 0 || job->own_child_failed) {
        if (watch.main > 0) raw4(__NR_wait4, watch.main, 0, __WALL, 0);
        remove_cgroups(job);
        leave(1);
    }
    // Only the script may hold its pipes, or their end would never be seen.
    raw1(__NR_close, job->input);
    raw1(__NR_close, job->output);
    raw1(__NR_close, job->error);
    if (job->script >= 0) raw1(__NR_close, job->script);
    tell(job->status, APLOMB_STARTED, (int)watch.main, 0, 0);

    watch_main(job, &watch, signals);
    int leftovers = 0, status = 0;
    int ends_tree = !job->keep_leftovers || watch.flags || watch.abandoned;
    if (ends_tree && !has_cgroup(job)) {
        // While the main process is a zombie, its number cannot be another group's.
        leftovers = signal_children(watch.main, 0);
        raw2(__NR_kill, -watch.main, SIGKILL);
    }
    raw4(__NR_wait4, watch.main, &status, __WALL, 0);
    if (ends_tree) {
        reap_all_but(-1);
        if (has_cgroup(job)) leftovers = signal_cgroup(job, 0);
        if (leftovers && kill_all(job, 1)) watch.flags |= APLOMB_TREE_REMAINS;
    }
    remove_cgroups(job);
    if (!watch.abandoned) tell(job->status, APLOMB_ENDED, status, watch.flags, leftovers);
    leave(0);
}

// MARK: - Entry points, called by the controller

int aplomb_supervise(struct aplomb_job *job, void *stack, size_t stack_size) {
    // All signals stay blocked in the child: the controller's handlers must not run there.
    uint64_t all = ~0ULL, before = 0;
    raw4(__NR_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
    char *top = (char *)(((uintptr_t)stack + stack_size) & ~(uintptr_t)15);
    // No exit signal: a wait() elsewhere in the controller cannot take this child away.
    int pid = clone(supervise, top, CLONE_VM, job);
    int error = errno;
    raw4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
    return pid < 0 ? -error : pid;
}

int aplomb_start_init(struct aplomb_job *job, int *pidfd) {
    uint64_t all = ~0ULL, before = 0;
    raw4(__NR_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
    int in_cgroup = 0;
    long pid = start_process(job->create, -1, pidfd, &in_cgroup);
    if (pid == 0) child(job, in_cgroup);
    raw4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
    return (int)pid;
}

int aplomb_kill_cgroups(struct aplomb_job *job) {
    if (!has_cgroup(job)) return 0;
    int found = signal_cgroup(job, 0);
    if (found) kill_all(job, 0);
    remove_cgroups(job);
    return found;
}
