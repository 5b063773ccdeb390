// SPDX-License-Identifier: Apache-2.0
// The process that becomes what was asked for. See parts.h for the rules.
#define _GNU_SOURCE
#include "parts.h"

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

void aplomb_child(struct aplomb_job *job, int in_cgroup) {
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
        long result = aplomb_carry_out(&job->steps[i]);
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
        aplomb_be_init(control);
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
