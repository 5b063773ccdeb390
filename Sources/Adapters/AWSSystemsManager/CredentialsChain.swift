// SPDX-License-Identifier: Apache-2.0
package import AWSSigning
import FoundationEssentials

/// Finds what to sign with, where AWS's own clients look: the environment, then the shared files.
package struct CredentialsChain: Sendable {
    /// Why there is nothing to sign with.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var message: String
        package var hint: String?

        package var description: String { message }
    }

    private static let regionDefault = "us-east-1"

    /// Ways of getting credentials that this version does not know: better said than ignored.
    private static let unsupported = [
        "role_arn", "credential_process", "sso_session", "sso_start_url", "web_identity_token_file",
    ]

    private let variables: [String: String]
    private let profile: String?
    private let files: SharedConfiguration

    /// - Parameter profile: wins over the environment's credentials where it is named.
    package init(variables: [String: String], profile: String? = nil) {
        self.variables = variables.filter { !$0.value.isEmpty }
        self.profile = profile
        let home = self.variables["HOME"] ?? "/"
        func read(_ variable: String, _ name: String, _ kind: SharedConfiguration.Kind)
            -> SharedConfiguration
        {
            let path = variables[variable] ?? "\(home)/.aws/\(name)"
            guard let data = FileManager.default.contents(atPath: path) else {
                return SharedConfiguration()
            }
            return SharedConfiguration(String(decoding: data, as: UTF8.self), kind)
        }
        var files = read("AWS_CONFIG_FILE", "config", .config)
        files.merge(read("AWS_SHARED_CREDENTIALS_FILE", "credentials", .credentials))
        self.files = files
    }

    private var profileName: String { profile ?? variables["AWS_PROFILE"] ?? "default" }

    /// The region of the environment, of the profile, or the one that AWS's clients sign with last.
    package var region: String {
        variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"]
            ?? files[profileName]?["region"] ?? Self.regionDefault
    }

    /// *Errors*: `Failure`, which says where was looked.
    package func credentials() throws(Failure) -> AWSCredentials {
        if profile == nil, let key = variables["AWS_ACCESS_KEY_ID"] {
            guard let secret = variables["AWS_SECRET_ACCESS_KEY"] else {
                throw Failure(
                    message: "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not"
                )
            }
            return AWSCredentials(
                accessKeyID: key,
                secretAccessKey: secret,
                sessionToken: variables["AWS_SESSION_TOKEN"]
            )
        }
        let name = profileName
        guard let settings = files[name] else {
            guard profile == nil, variables["AWS_PROFILE"] == nil else {
                throw Failure(
                    message: "there is no profile '\(name)' in the AWS configuration",
                    hint: "~/.aws/credentials and ~/.aws/config were read"
                )
            }
            throw Failure(
                message: "there are no credentials",
                hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials"
            )
        }
        guard let key = settings["aws_access_key_id"],
            let secret = settings["aws_secret_access_key"]
        else {
            let way = Self.unsupported.first { settings[$0] != nil }
            throw Failure(
                message: way.map { "the profile '\(name)' uses \($0), which is not supported" }
                    ?? "the profile '\(name)' has no aws_access_key_id and aws_secret_access_key"
            )
        }
        return AWSCredentials(
            accessKeyID: key,
            secretAccessKey: secret,
            sessionToken: settings["aws_session_token"]
        )
    }
}
