// SPDX-License-Identifier: Apache-2.0
// The process between the controller and a command, and the ways to start one. See parts.h for
// the rules.
#define _GNU_SOURCE
#include "parts.h"

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
        aplomb_reap_all_but(watch->main);
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
            aplomb_signal_tree(job, watch->main, SIGTERM);
            aplomb_signal_tree(job, watch->main, SIGCONT);
            deadline = now_milliseconds() + job->grace_milliseconds;
            continue;
        }
        // Again every 100 ms, until the main process has ended.
        state = KILLING;
        deadline = now_milliseconds() + 100;
        raw2(__NR_kill, -watch->main, SIGKILL);
        if (aplomb_has_cgroup(job)) aplomb_kill_cgroup_once(job);
        else aplomb_signal_children(-1, SIGKILL);
    }
}

static long start_child(struct aplomb_job *job) {
    int in_cgroup = 0;
    long pid = start_process(CLONE_VM | CLONE_VFORK | job->create,
                             job->clones_into_cgroup ? job->cgroup : -1, 0, &in_cgroup);
    if (pid == 0) aplomb_child(job, in_cgroup);
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
            aplomb_remove_cgroups(job);
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
        aplomb_remove_cgroups(job);
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
    if (ends_tree && !aplomb_has_cgroup(job)) {
        // While the main process is a zombie, its number cannot be another group's.
        leftovers = aplomb_signal_children(watch.main, 0);
        raw2(__NR_kill, -watch.main, SIGKILL);
    }
    raw4(__NR_wait4, watch.main, &status, __WALL, 0);
    if (ends_tree) {
        aplomb_reap_all_but(-1);
        if (aplomb_has_cgroup(job)) leftovers = aplomb_signal_cgroup(job, 0);
        if (leftovers && aplomb_kill_all(job, 1)) watch.flags |= APLOMB_TREE_REMAINS;
    }
    aplomb_remove_cgroups(job);
    if (!watch.abandoned) tell(job->status, APLOMB_ENDED, status, watch.flags, leftovers);
    leave(0);
}

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
    if (pid == 0) aplomb_child(job, in_cgroup);
    raw4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
    return (int)pid;
}

int aplomb_kill_cgroups(struct aplomb_job *job) {
    if (!aplomb_has_cgroup(job)) return 0;
    int found = aplomb_signal_cgroup(job, 0);
    if (found) aplomb_kill_all(job, 0);
    aplomb_remove_cgroups(job);
    return found;
}
