namespace Weir.BlockEvents.Rules.Wordings;

/// <summary>A part of a wording.</summary>
internal abstract record WordingNode;

/// <summary>These bytes.</summary>
internal sealed record Literal(byte[] Bytes) : WordingNode;

/// <summary>Bytes of a set, as many as there are; or as few as will do.</summary>
internal sealed record Run(ByteSet Set, int Least, bool IsShortest) : WordingNode;

/// <summary>One after another.</summary>
internal sealed record Sequence(IReadOnlyList<WordingNode> Parts) : WordingNode;

/// <summary>One of them; the first that fits.</summary>
internal sealed record Choice(IReadOnlyList<WordingNode> Options) : WordingNode;

/// <summary>A part whose text has a name.</summary>
internal sealed record Named(string Name, WordingNode Part) : WordingNode;

/// <summary>The end of the line.</summary>
internal sealed record LineEnd : WordingNode;
