using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weir.Server.Configuration.Yaml;

/// <summary>A YAML text that cannot be read; on which line and why.</summary>
internal sealed class YamlFormatException(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}

/// <summary>
/// Reads a configuration's YAML: one document of mappings, sequences and scalars. Anchors, aliases, tags and merge keys are
/// refused, because a few lines of them can stand for gigabytes and nothing in a configuration needs them.
/// </summary>
internal static class YamlDocument
{
    /// <summary>The largest text that is read.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxDepth = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    /// <summary>The document's root; null when there is nothing in it.</summary>
    /// <exception cref="YamlFormatException">It is not such a text.</exception>
    public static YamlNode? Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes) throw new YamlFormatException(0, $"is larger than {MaxBytes} bytes, the most a configuration may have");
        return Read(Decode(utf8));
    }

    public static YamlNode? Read(string text)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            var parser = new Parser(scanner);
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _)) return null;
            parser.Consume<DocumentStart>();
            YamlNode root = ReadNode(parser, 1);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _)) throw new YamlFormatException(Line(parser.Current!), "holds more than one document");
            return root is YamlScalar { IsEmpty: true } ? null : root;
        }
        catch (YamlException exception)
        {
            long last = Math.Max(exception.End.Line, scanner.CurrentPosition.Line);
            string where = last > exception.Start.Line ? $" between here and line {last}" : "";
            throw new YamlFormatException((int)exception.Start.Line, $"is not valid YAML{where}: {Reason(exception)}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The library has broken texts that it fails on without saying that the text is broken.
            throw new YamlFormatException((int)scanner.CurrentPosition.Line, "is not valid YAML");
        }
    }

    private static string Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        int nul = utf8.IndexOf((byte)0);
        if (nul >= 0) throw new YamlFormatException(utf8[..nul].Count((byte)'\n') + 1, "holds a NUL byte; it is no text file");
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException exception)
        {
            int line = utf8[..Math.Clamp(exception.Index, 0, utf8.Length)].Count((byte)'\n') + 1;
            throw new YamlFormatException(line, "is not valid UTF-8");
        }
    }

    private static YamlNode ReadNode(Parser parser, int depth)
    {
        ParsingEvent current = parser.Current ?? throw new YamlFormatException(0, "ends too early");
        if (depth > MaxDepth) throw new YamlFormatException(Line(current), $"is nested more than {MaxDepth} deep");
        if (current is AnchorAlias || (current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty)))
            throw new YamlFormatException(Line(current), "uses an anchor, alias or tag, which a configuration may not");
        parser.MoveNext();
        return current switch
        {
            Scalar scalar => new YamlScalar(Line(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null"),
            SequenceStart => ReadSequence(parser, Line(current), depth),
            MappingStart => ReadMapping(parser, Line(current), depth),
            _ => throw new YamlFormatException(Line(current), "is not valid YAML"),
        };
    }

    private static YamlSequence ReadSequence(Parser parser, int line, int depth)
    {
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(parser, depth + 1));
        return new(line, items);
    }

    private static YamlMapping ReadMapping(Parser parser, int line, int depth)
    {
        var entries = new List<YamlEntry>();
        var keys = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(parser, depth + 1) is not YamlScalar key) throw new YamlFormatException(line, "has a key that is no plain text");
            if (!keys.TryAdd(key.Text, key.Line))
                throw new YamlFormatException(key.Line, $"has the key '{key.Text}' twice; the first is on line {keys[key.Text]}");
            entries.Add(new(key.Text, key.Line, ReadNode(parser, depth + 1)));
        }

        return new(line, entries);
    }

    private static int Line(ParsingEvent parsed) => (int)parsed.Start.Line;

    /// <summary>The library's message without its repetition of the place.</summary>
    private static string Reason(YamlException exception)
    {
        string message = exception.Message;
        int colon = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (colon < 0 ? message : message[(colon + 3)..]).TrimEnd('.');
    }
}
