// SPDX-License-Identifier: Apache-2.0
// What Swift cannot do itself: the code that runs between clone and exec, and the system calls
// that the C library does not wrap. Everything that decides something is in Swift; this code
// carries out a job that Swift has written down.
#ifndef APLOMB_LINUX_HOST_H
#define APLOMB_LINUX_HOST_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

// Constants of the kernel that the C library shows only with _GNU_SOURCE.
enum {
    APLOMB_O_PATH = 010000000,
    APLOMB_SPAWN_SETSID = 0x80,
    APLOMB_F_ADD_SEALS = 1033,
    APLOMB_SEALS = 0xF,  // against sealing, shrinking, growing and writing
};

// One step of preparing a sandbox, carried out in the new namespaces, in order.
enum aplomb_operation {
    APLOMB_MOUNT = 1,      // mount(source, target, type, flags, data)
    APLOMB_DETACH = 2,     // umount2(target, MNT_DETACH)
    APLOMB_MKDIR = 3,      // mkdir(target, flags); an existing one is fine; sets the mode
    APLOMB_MKNOD = 4,      // character device; flags = mode, data = device number in decimal
    APLOMB_SYMLINK = 5,    // symlink(source, target); an existing one is fine
    APLOMB_WRITE = 6,      // a new file at target with the text data and the mode flags
    APLOMB_CHDIR = 7,      // chdir(target)
    APLOMB_PIVOT = 8,      // the current directory becomes the root, the old root is detached
    APLOMB_HOSTNAME = 9,   // sethostname(data)
    APLOMB_LOOPBACK = 10,  // brings the interface "lo" up
    APLOMB_DROP_CAPABILITY = 11,  // removes the capability with number flags from the bounding set
    APLOMB_CGROUP_NAMESPACE = 12, // unshare(CLONE_NEWCGROUP)
};

struct aplomb_step {
    int operation;
    int optional;  // 1: any failure is passed over, 2: a target that is not there
    unsigned long flags;
    const char *source;
    const char *target;
    const char *type;
    const char *data;
};

// What happened, written whole to the status pipe (it is smaller than PIPE_BUF).
enum aplomb_message_kind {
    APLOMB_STARTED = 1,  // first: process id
    APLOMB_FAILED = 2,   // first: what failed (aplomb_stage, or a step's index), second: errno
    APLOMB_ENDED = 3,    // first: wait status, second: flags, third: leftovers that were killed
};
enum aplomb_stage {
    APLOMB_STAGE_CLONE = -1,
    APLOMB_STAGE_CGROUP = -2,
    APLOMB_STAGE_NAMESPACES = -3,
    APLOMB_STAGE_DIRECTORY = -4,
    APLOMB_STAGE_DESCRIPTORS = -5,
    APLOMB_STAGE_EXEC = -6,
    APLOMB_STAGE_IDENTITY = -7,
};
enum aplomb_end_flags {
    APLOMB_TIMED_OUT = 1,
    APLOMB_CANCELLED = 2,
    APLOMB_TREE_REMAINS = 4,  // something could not be killed in time (uninterruptible sleep)
};
struct aplomb_message {
    int32_t kind;
    int32_t first;
    int32_t second;
    int32_t third;
};

#define APLOMB_CGROUPS_MAX 4

// A process to start. All memory belongs to the caller and must stay until the supervisor (or the
// init process's ready message) is over. Descriptors that are not wanted are -1.
struct aplomb_job {
    char *const *paths;       // tried in turn; NULL: be the init process of a sandbox
    char *const *arguments;
    char *const *environment;
    const char *directory;    // NULL: the root directory
    const char *name;         // of the init process or supervisor, at most 15 bytes
    int input, output, error; // become 0, 1 and 2
    int script;               // becomes 3, without close-on-exec
    int control;              // read end; end of file means that the controller is gone
    int status;               // write end of the status pipe
    int lock;                 // kept open as long as the supervisor or init process lives
    int node;                 // pidfd of a sandbox's init process: its namespaces are entered
    uint64_t enter;           // CLONE_NEW... flags of the namespaces to enter
    uint64_t create;          // CLONE_NEW... flags of the namespaces to create
    const struct aplomb_step *steps;
    int step_count;
    uint64_t dropped_capabilities;  // bit set, removed from the bounding set before exec
    int cgroup;               // directory of the first cgroup
    int clones_into_cgroup;   // v2: CLONE_INTO_CGROUP can be tried
    int cgroup_procs[APLOMB_CGROUPS_MAX];  // the cgroup.procs files, v2 or v1, for joining
    int cgroup_kill;          // cgroup.kill (v2)
    int cgroup_freeze;        // cgroup.freeze (v2) or freezer.state (v1)
    int freezer_is_v1;
    const char *cgroup_paths[APLOMB_CGROUPS_MAX];  // removed at the end
    uint32_t user, group;     // UINT32_MAX: unchanged
    int64_t timeout_milliseconds;  // 0: none
    int64_t grace_milliseconds;
    int keep_leftovers;
    int own_child_failed;     // set by the child, which shares this memory until exec
};

// Starts a supervisor with the job's process below it. Returns the supervisor's process id or
// -errno. `stack` is at least 64 KiB and stays until the supervisor was waited for.
int aplomb_supervise(struct aplomb_job *job, void *stack, size_t stack_size);

// Starts the init process of a sandbox directly. Returns its process id or -errno and stores a
// pidfd of it.
int aplomb_start_init(struct aplomb_job *job, int *pidfd);

// Kills everything in the cgroups of `job` (from the controller, when the supervisor is gone),
// and removes them. Returns the number of processes that were found.
int aplomb_kill_cgroups(struct aplomb_job *job);

// System calls without a wrapper; all return -errno.
int aplomb_openat2(int directory, const char *path, uint64_t flags, uint64_t mode,
                   uint64_t resolve);
int aplomb_pidfd_open(pid_t process);
// Moves the calling thread into the network, UTS and IPC namespaces of a process.
int aplomb_enter_kernel_views(int pidfd);
int aplomb_pidfd_signal(int pidfd, int signal);
// Waits for a child by process id, also one without an exit signal. Returns the wait status.
int aplomb_wait(pid_t process, int *status, int no_hang);
// Sets blocks aside behind the end of a file without changing its length.
int aplomb_set_aside(int file, int64_t from, int64_t bytes);
int aplomb_pipe(int ends[2]);  // close-on-exec
int aplomb_memfd(const char *name);

// fork(), for tests that have to kill a whole controller.
pid_t aplomb_fork(void);

#endif
