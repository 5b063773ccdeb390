// SPDX-License-Identifier: Apache-2.0

extension InventoryQuery: Codable {
    private enum CodingKeys: String, CodingKey { case typeName = "type", condition = "where" }

    /// Reads a query from its type and the text of its condition.
    ///
    /// *Errors*: `DecodingError` for what is no expression.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let typeName = try container.decode(String.self, forKey: .typeName)
        guard let text = try container.decodeIfPresent(String.self, forKey: .condition) else {
            self.init(typeName: typeName)
            return
        }
        do throws(ExpressionError) {
            self.init(
                typeName: typeName,
                condition: try InventoryExpression(parsing: text, typeName: typeName)
            )
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .condition,
                in: container,
                debugDescription: error.message
            )
        }
    }

    /// Writes the condition in its canonical text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(typeName, forKey: .typeName)
        try container.encodeIfPresent(condition?.description, forKey: .condition)
    }
}
