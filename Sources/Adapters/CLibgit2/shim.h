// SPDX-License-Identifier: Apache-2.0
//
// libgit2, and what Swift cannot import of it: git_libgit2_opts is variadic, so each
// option that we set has a typed function here.
#ifndef APLOMB_CLIBGIT2_SHIM_H
#define APLOMB_CLIBGIT2_SHIM_H

#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

static inline int aplomb_git_opt_strict_object_creation(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, enabled);
}

static inline int aplomb_git_opt_strict_hash_verification(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

static inline int aplomb_git_opt_fsync_gitdir(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

static inline int aplomb_git_opt_owner_validation(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int aplomb_git_opt_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

static inline int aplomb_git_opt_ssl_cert_file(const char *file) {
    return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, (const char *)0);
}

static inline int aplomb_git_opt_pack_max_objects(size_t count) {
    return git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, count);
}

static inline int aplomb_git_opt_mwindow(size_t window, size_t limit) {
    int rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window);
    return rc < 0 ? rc : git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, limit);
}

static inline int aplomb_git_opt_cache_limit(ssize_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, bytes);
}

/* Signatures by opaque pointer, as all other objects. */
typedef struct aplomb_git_signature aplomb_git_signature;

static inline int aplomb_git_signature_new(
    aplomb_git_signature **out, const char *name, const char *email, int64_t time, int offset) {
    return git_signature_new((git_signature **)out, name, email, time, offset);
}

static inline void aplomb_git_signature_free(aplomb_git_signature *signature) {
    git_signature_free((git_signature *)signature);
}

#endif
