// SPDX-License-Identifier: Apache-2.0
// Signalling and ending a tree of processes. See parts.h for the rules.
#define _GNU_SOURCE
#include "parts.h"

// Sends a signal to every process of the cgroup. Returns how many there were.
int aplomb_signal_cgroup(const struct aplomb_job *job, int signal) {
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
int aplomb_signal_children(long except, int signal) {
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

int aplomb_has_cgroup(const struct aplomb_job *job) {
    return job->cgroup >= 0;
}

// Reaps what has ended. With `except` that one stays a zombie, so that its number stays taken; the
// kernel may then hide other zombies behind it, which is fine for a moment.
void aplomb_reap_all_but(long except) {
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
void aplomb_kill_cgroup_once(const struct aplomb_job *job) {
    if (job->cgroup_kill >= 0) {
        write_text(job->cgroup_kill, "1");
        return;
    }
    // Frozen, a fork bomb cannot outrun the list.
    write_text(job->cgroup_freeze, job->freezer_is_v1 ? "FROZEN" : "1");
    aplomb_signal_cgroup(job, SIGKILL);
    write_text(job->cgroup_freeze, job->freezer_is_v1 ? "THAWED" : "0");
}

// Kills until nothing is left, for at most five seconds: a process in uninterruptible sleep cannot
// be killed. Returns the number of those that remain.
int aplomb_kill_all(const struct aplomb_job *job, int reaps) {
    int remaining = 0;
    for (int round = 0; round < 500; round++) {
        if (aplomb_has_cgroup(job)) aplomb_kill_cgroup_once(job);
        else aplomb_signal_children(-1, SIGKILL);
        if (reaps) aplomb_reap_all_but(-1);
        remaining = aplomb_has_cgroup(job) ? aplomb_signal_cgroup(job, 0)
                                    : aplomb_signal_children(-1, 0);
        if (remaining == 0) return 0;
        pause_milliseconds(round < 20 ? 1 : 10);
    }
    return remaining;
}

void aplomb_signal_tree(const struct aplomb_job *job, long main, int signal) {
    if (aplomb_has_cgroup(job)) {
        aplomb_signal_cgroup(job, signal);
    } else {
        raw2(__NR_kill, -main, signal);
        aplomb_signal_children(main, signal);
    }
}

void aplomb_remove_cgroups(const struct aplomb_job *job) {
    for (int i = 0; i < APLOMB_CGROUPS_MAX; i++) {
        if (!job->cgroup_paths[i]) continue;
        // A just killed process may be counted for a moment.
        for (int round = 0; round < 100; round++) {
            if (raw3(__NR_unlinkat, AT_FDCWD, job->cgroup_paths[i], AT_REMOVEDIR) != -EBUSY) break;
            pause_milliseconds(1);
        }
    }
}
