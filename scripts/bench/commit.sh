#!/bin/sh
# One commit by git's plumbing, without a work tree: the blobs, an index, a tree, a commit, a reference.
# usage: commit.sh REPOSITORY FOLDER   (FOLDER/list holds the paths, FOLDER/files the contents)
set -eu
export GIT_DIR="$1" GIT_INDEX_FILE="$1/bench-index"
cd "$2/files"
git read-tree refs/heads/bench
git hash-object -w --stdin-paths <../list | paste -d ' ' - ../list |
    while read -r id path; do printf '100644 %s\t%s\n' "$id" "$path"; done |
    git update-index --add --index-info
tree=$(git write-tree)
commit=$(git commit-tree "$tree" -p refs/heads/bench -m status)
git update-ref refs/heads/bench "$commit"
