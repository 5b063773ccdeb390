// SPDX-License-Identifier: Apache-2.0
// What the files that run after clone share.
//
// Rules for them. They run in the memory of a controller with many threads (supervisor, child
// before exec) or in a copy of it (init process). So: raw system calls only, no C library, no
// allocation, no locks, no thread-local storage. `nm -u` on the objects must show nothing but
// `clone`, errno for it, and each other.
#ifndef APLOMB_PARTS_H
#define APLOMB_PARTS_H

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

static inline size_t length_of(const char *text) {
    size_t length = 0;
    while (text[length]) {
        length++;
        __asm__ volatile("");  // or the compiler makes this a call of strlen
    }
    return length;
}

// The number at the cursor, moved behind it, or -1 at the end of the text.
static inline long next_number(const char **cursor, const char *end) {
    while (*cursor < end && (**cursor < '0' || **cursor > '9')) (*cursor)++;
    if (*cursor == end) return -1;
    long number = 0;
    while (*cursor < end && **cursor >= '0' && **cursor <= '9')
        number = number * 10 + (*(*cursor)++ - '0');
    return number;
}

static inline int64_t now_milliseconds(void) {
    struct timespec time;
    raw2(__NR_clock_gettime, CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static inline void pause_milliseconds(long milliseconds) {
    struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
    raw2(__NR_nanosleep, &time, 0);
}

static inline void tell(int pipe, int kind, int first, int second, int third) {
    struct aplomb_message message;
    message.kind = kind;
    message.first = first;
    message.second = second;
    message.third = third;
    raw3(__NR_write, pipe, &message, sizeof message);
}

__attribute__((noreturn)) static inline void leave(int code) {
    for (;;) raw1(__NR_exit_group, code);
}

static inline void close_between(unsigned int first, unsigned int last) {
    if (first > last) return;
    if (raw3(__NR_close_range, first, last, 0) == 0) return;
    // Kernels before 5.9. The usual limit is 1024; a higher one is cut to keep this finite.
    if (last > 65535) last = 65535;
    for (unsigned int fd = first; fd <= last; fd++) raw1(__NR_close, fd);
}

// Closes every descriptor but the given ones (-1 is none).
static inline void close_all_but(const int *kept, int count) {
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

static inline void default_signals(void) {
    // The kernel's struct: handler, flags, restorer, mask. Zero is SIG_DFL.
    static const unsigned long action[8];
    for (int signal = 1; signal <= 64; signal++)
        if (signal != SIGKILL && signal != SIGSTOP) raw4(__NR_rt_sigaction, signal, action, 0, 8);
}

static inline void set_signal_mask(uint64_t mask) {
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

// Not through a procedure linkage table: that would be the dynamic linker's code.
#pragma GCC visibility push(hidden)

// sandbox.c
long aplomb_carry_out(const struct aplomb_step *step);
__attribute__((noreturn)) void aplomb_be_init(int control);

// child.c
// Not inlined: it runs on the stack of a caller that waits.
__attribute__((noreturn, noinline)) void aplomb_child(struct aplomb_job *job, int in_cgroup);

// tree.c
int aplomb_has_cgroup(const struct aplomb_job *job);
int aplomb_signal_cgroup(const struct aplomb_job *job, int signal);
int aplomb_signal_children(long except, int signal);
void aplomb_signal_tree(const struct aplomb_job *job, long main, int signal);
void aplomb_reap_all_but(long except);
void aplomb_kill_cgroup_once(const struct aplomb_job *job);
int aplomb_kill_all(const struct aplomb_job *job, int reaps);
void aplomb_remove_cgroups(const struct aplomb_job *job);

#pragma GCC visibility pop

#endif
