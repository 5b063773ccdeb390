// SPDX-License-Identifier: Apache-2.0
import Git

/// The killable child that does network git for the other programs (see `GitHelper`).
@main
enum AplombGit {
    static func main() {
        GitHelper.run()
    }
}
