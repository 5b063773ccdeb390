// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The results as a table: one row per benchmark and floor.
struct ResultTable {
    private static let widths = [34, 24, 10, 19, 9, 30, 10, 8, 10, 4]
    private static let titles = [
        "what", "size", "median", "min..max", "peak", "floor or peer", "its median", "ratio",
        "goal", "met",
    ]

    static var header: String { line(titles) }

    static func rows(_ result: Result) -> String {
        let ours = [
            result.name, result.size, time(result.ours.median),
            "\(time(result.ours.least))..\(time(result.ours.most))", peak(result.ours),
        ]
        var rows: [[String]] = []
        if let goal = result.goalSeconds {
            rows.append(
                ["", "", "", "≤ \(time(goal))", result.ours.median <= goal ? "yes" : "no"]
            )
        }
        for floor in result.floors {
            let ratio = result.ours.median / floor.figure.median
            rows.append([
                floor.name + (floor.figure.peakBytes == nil ? "" : " \(peak(floor.figure))"),
                time(floor.figure.median), String(format: "%.2f", ratio),
                floor.goal.map { "≤ \(String(format: "%g", $0))" } ?? "",
                floor.goal.map { ratio <= $0 ? "yes" : "no" } ?? "",
            ])
        }
        if rows.isEmpty { rows.append(Array(repeating: "", count: 5)) }
        return rows.enumerated().map { index, row in
            line((index == 0 ? ours : Array(repeating: "", count: 5)) + row)
        }.joined(separator: "\n")
    }

    private static func line(_ cells: [String]) -> String {
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(1, width - cell.count))
        }
        var line = padded.joined()
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.000_1: String(format: "%.1f us", seconds * 1_000_000)
        case ..<0.1: String(format: "%.2f ms", seconds * 1000)
        case ..<1: String(format: "%.0f ms", seconds * 1000)
        default: String(format: "%.2f s", seconds)
        }
    }

    private static func peak(_ figure: Figure) -> String {
        figure.peakBytes.map { "\($0 >> 20) MiB" } ?? ""
    }
}
