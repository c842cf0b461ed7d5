namespace Weir.BlockEvents.Rules.Files;

/// <summary>A TOML text that cannot be read; on which line and why.</summary>
internal sealed class TomlException(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}

/// <summary>A value: a <see cref="string"/>, a <see cref="long"/>, a <see cref="bool"/> or a list of such, and the line on which it starts.</summary>
internal sealed record TomlValue(object Content, int Line);

/// <summary>A table: its name as in the brackets, the line of its heading, whether it is one of an array, its keys.</summary>
internal sealed record TomlTable(string Name, int Line, bool IsElement, Dictionary<string, TomlValue> Values);

/// <summary>
/// The part of TOML 1.0 that rule files use: tables, arrays of tables, strings of all four kinds, whole numbers, booleans, arrays. Dates,
/// fractions, inline tables and dotted keys are refused. Tables come in the order of the text; the first is what stands before any heading.
/// </summary>
internal static class TomlDocument
{
    /// <summary>The largest text that is read.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    /// <exception cref="TomlException">It is no such text.</exception>
    public static IReadOnlyList<TomlTable> Read(string text)
    {
        if (text.Length > MaxCharacters) throw new TomlException(0, $"has more than {MaxCharacters} characters, the most a file of rules may have");
        var reader = new TomlReader(text);
        var tables = new List<TomlTable> { new("", 1, false, []) };
        var plain = new HashSet<string>(StringComparer.Ordinal);
        while (reader.SkipToContent())
        {
            if (reader.TryReadHeading(out string name, out bool isElement))
            {
                if (!isElement && !plain.Add(name)) throw new TomlException(reader.Line, $"has the table [{name}] twice");
                tables.Add(new(name, reader.Line, isElement, []));
            }
            else
            {
                int line = reader.Line;
                string key = reader.ReadKey();
                if (!tables[^1].Values.TryAdd(key, reader.ReadValue())) throw new TomlException(line, $"has the key '{key}' twice in one table");
            }

            reader.ExpectLineEnd();
        }

        return tables;
    }
}
