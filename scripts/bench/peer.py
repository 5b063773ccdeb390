# SPDX-License-Identifier: Apache-2.0
"""Peers that aplomb-bench measures in turn: each line of input is one round, timed in here.

usage: peer.py yaml TEXTS | process PROGRAM ARGUMENT… | commit REPOSITORY VARIANTS | diff REPOSITORY OLD NEW | clone URL FOLDER
"""
import json
import shutil
import sys
import time


def rounds(work):
    number = 0
    for _ in sys.stdin:
        start = time.perf_counter_ns()
        work(number)
        print(time.perf_counter_ns() - start, flush=True)
        number += 1


def load_yaml(path):
    import yaml

    texts = open(path, encoding="utf-8").read().split("\0")

    def work(_):
        for text in texts:
            for _ in yaml.load_all(text, Loader=yaml.CSafeLoader):
                pass

    rounds(work)


def nested(files):
    root = {}
    for path, text in files.items():
        *folders, name = path.split("/")
        place = root
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = text.encode()
    return root


def commit(path, variants):
    import pygit2

    repository = pygit2.Repository(path)
    edits = [nested(files) for files in json.load(open(variants, encoding="utf-8"))]
    branch = "refs/heads/bench"

    def apply(tree, folder):
        builder = repository.TreeBuilder(tree) if tree is not None else repository.TreeBuilder()
        for name, value in folder.items():
            if isinstance(value, dict):
                below = tree[name] if tree is not None and name in tree else None
                builder.insert(name, apply(below, value), pygit2.GIT_FILEMODE_TREE)
            else:
                builder.insert(name, repository.create_blob(value), pygit2.GIT_FILEMODE_BLOB)
        return builder.write()

    def work(number):
        tip = repository.references[branch].peel()
        tree = apply(tip.tree, edits[number % len(edits)])
        author = pygit2.Signature("bench", "bench@localhost", 1_700_000_000 + number)
        repository.create_commit(branch, author, author, "status", tree, [tip.id])

    rounds(work)


def diff(path, old, new):
    import pygit2

    repository = pygit2.Repository(path)
    old, new = pygit2.Oid(hex=old), pygit2.Oid(hex=new)

    def work(_):
        changes = repository.get(old).tree.diff_to_tree(repository.get(new).tree)
        if not [delta.new_file.path for delta in changes.deltas]:
            sys.exit("no difference")

    rounds(work)


def clone(url, folder):
    import pygit2

    def work(number):
        pygit2.clone_repository(url, f"{folder}/{number}", bare=True)

    rounds(work)
    shutil.rmtree(folder, ignore_errors=True)


def process(program, *arguments):
    """Runs a program to its end; a small parent, for its memory counts as the child's at first."""
    import os

    null = os.open("/dev/null", os.O_RDWR)
    streams = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in range(3)]
    for _ in sys.stdin:
        start = time.perf_counter_ns()
        child = os.posix_spawnp(program, [program, *arguments], os.environ, file_actions=streams)
        _, status, usage = os.wait4(child, 0)
        elapsed = time.perf_counter_ns() - start
        if os.waitstatus_to_exitcode(status) not in (0, 3):
            sys.exit(f"{program} ended with {status}")
        print(elapsed, usage.ru_maxrss * 1024, flush=True)


verbs = {"process": process, "yaml": load_yaml, "commit": commit, "diff": diff, "clone": clone}
verbs[sys.argv[1]](*sys.argv[2:])
