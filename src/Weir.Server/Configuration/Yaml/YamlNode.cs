namespace Weir.Server.Configuration.Yaml;

/// <summary>A node of a YAML document and the line it stands on, from 1.</summary>
internal abstract record YamlNode(int Line);

/// <summary>A text. <paramref name="IsEmpty"/>: nothing was written, or <c>~</c> or <c>null</c>.</summary>
internal sealed record YamlScalar(int Line, string Text, bool IsEmpty) : YamlNode(Line);

internal sealed record YamlSequence(int Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line);

internal sealed record YamlMapping(int Line, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line);

/// <summary>A key of a mapping, the line it stands on, and its value.</summary>
internal sealed record YamlEntry(string Key, int Line, YamlNode Value);
