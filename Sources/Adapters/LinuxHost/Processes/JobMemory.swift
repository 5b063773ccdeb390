// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Owns a job for the C code, with all that it points to.
///
/// Supervisors read this memory, so it must stay until they were waited for.
final class JobMemory {
    let job: UnsafeMutablePointer<aplomb_job>
    private let stack: UnsafeMutableRawPointer
    private var owned: [UnsafeMutableRawPointer] = []
    /// Descriptors that must stay open as long as the job needs them.
    var descriptors: [Descriptor] = []

    private static let stackBytes = 64 << 10

    init() {
        job = .allocate(capacity: 1)
        stack = .allocate(byteCount: Self.stackBytes, alignment: 16)
        var empty = aplomb_job()
        (empty.input, empty.output, empty.error, empty.script) = (-1, -1, -1, -1)
        (empty.control, empty.status, empty.lock, empty.node) = (-1, -1, -1, -1)
        (empty.cgroup, empty.cgroup_kill, empty.cgroup_freeze) = (-1, -1, -1)
        empty.cgroup_procs = (-1, -1, -1, -1)
        (empty.user, empty.group) = (UInt32.max, UInt32.max)
        job.initialize(to: empty)
    }

    deinit {
        for pointer in owned { free(pointer) }
        stack.deallocate()
        job.deallocate()
    }

    /// Copies a string for the lifetime of the job.
    func text(_ string: String) -> UnsafePointer<CChar>? {
        guard let copy = strdup(string) else { return nil }
        owned.append(UnsafeMutableRawPointer(copy))
        return UnsafePointer(copy)
    }

    /// Copies strings as an array that ends with a null pointer.
    func list(_ strings: [String]) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: strings.count + 1
        )
        for (index, string) in strings.enumerated() {
            array[index] = UnsafeMutablePointer(mutating: text(string))
        }
        array[strings.count] = nil
        owned.append(UnsafeMutableRawPointer(array))
        return UnsafePointer(array)
    }

    /// Copies the steps of a sandbox.
    func steps(_ steps: [SandboxStep]) {
        let array = UnsafeMutablePointer<aplomb_step>.allocate(capacity: max(1, steps.count))
        for (index, step) in steps.enumerated() {
            var copy = aplomb_step()
            copy.operation = Int32(step.operation.rawValue)
            copy.optional = step.isOptional ? 1 : 0
            copy.flags = step.flags
            copy.source = step.source.flatMap(text)
            copy.target = step.target.flatMap(text)
            copy.type = step.type.flatMap(text)
            copy.data = step.data.flatMap(text)
            (array + index).initialize(to: copy)
        }
        owned.append(UnsafeMutableRawPointer(array))
        job.pointee.steps = UnsafePointer(array)
        job.pointee.step_count = Int32(steps.count)
    }

    /// Puts the job's process into a cgroup.
    func place(in cgroup: Cgroup) {
        descriptors += cgroup.descriptors
        job.pointee.cgroup = cgroup.directory.number
        job.pointee.clones_into_cgroup = cgroup.isVersion1 ? 0 : 1
        job.pointee.cgroup_kill = cgroup.kill?.number ?? -1
        job.pointee.cgroup_freeze = cgroup.freeze?.number ?? -1
        job.pointee.freezer_is_v1 = cgroup.isVersion1 ? 1 : 0
        let procs = cgroup.procs.map(\.number) + [-1, -1, -1, -1]
        job.pointee.cgroup_procs = (procs[0], procs[1], procs[2], procs[3])
        let paths = cgroup.paths.map { text($0) } + [nil, nil, nil, nil]
        job.pointee.cgroup_paths = (paths[0], paths[1], paths[2], paths[3])
    }

    /// Starts the supervisor.
    ///
    /// Returns its process id.
    func supervise() throws(HostError) -> pid_t {
        let pid = aplomb_supervise(job, stack, Self.stackBytes)
        guard pid > 0 else {
            throw HostError(
                errno: -pid,
                "cannot start a process",
                remedy: -pid == EAGAIN ? "raise the limit of processes (ulimit -u, pids.max)" : nil
            )
        }
        return pid
    }
}
