// SPDX-License-Identifier: Apache-2.0
// System calls that the C library does not wrap, for use in the controller itself.
#define _GNU_SOURCE
#include "CLinuxHost.h"
#include "raw.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/wait.h>
#include <unistd.h>

int aplomb_openat2(int directory, const char *path, uint64_t flags, uint64_t mode,
                   uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)raw4(__NR_openat2, directory, path, &how, sizeof how);
}

int aplomb_pidfd_open(pid_t process) {
    return (int)raw2(__NR_pidfd_open, process, 0);
}

int aplomb_pidfd_signal(int pidfd, int signal) {
    return (int)raw4(__NR_pidfd_send_signal, pidfd, signal, 0, 0);
}

int aplomb_enter_kernel_views(int pidfd) {
    // Network, host name and IPC: what files below /proc/sys show depends on the reader's.
    return (int)raw2(__NR_setns, pidfd, 0x40000000 | 0x04000000 | 0x08000000);
}

int aplomb_wait(pid_t process, int *status, int no_hang) {
    return (int)raw4(__NR_wait4, process, status, __WALL | (no_hang ? WNOHANG : 0), 0);
}

int aplomb_set_aside(int file, int64_t from, int64_t bytes) {
    return fallocate(file, 1 /* FALLOC_FL_KEEP_SIZE */, from, bytes);
}

int aplomb_pipe(int ends[2]) {
    return (int)raw2(__NR_pipe2, ends, O_CLOEXEC);
}

int aplomb_memfd(const char *name) {
    return (int)raw2(__NR_memfd_create, name, 3U /* close on exec, may be sealed */);
}

pid_t aplomb_fork(void) { return fork(); }
