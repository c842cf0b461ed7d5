using System.Globalization;
using Weir.Cli.Terminals;
using Weir.Erasure.Format;

namespace Weir.Cli.Verbs.Drives;

/// <summary>Prints versions for a human.</summary>
internal sealed class MetaTextPrinter(OutputBuffer output) : MetaPrinter(output)
{
    private const int ShownParts = 16;

    public override void Begin(string format, int headerVersion, int metaVersion) =>
        Line(headerVersion == 0 ? format : string.Create(CultureInfo.InvariantCulture, $"{format}, header version {headerVersion}, metadata version {metaVersion}"));

    public override void Dispose()
    {
    }

    protected override void PrintVersion(in XlVersionHeader header, XlBody? body, string? problem, int inlineBytes)
    {
        Line($"{TypeName(header.Type)} {header.VersionIdText}  {XlTime.Text(header.ModTime)}{string.Concat(FlagNames(header.Flags).Select(flag => " " + flag))}");
        if (problem is not null) Line($"  problem: {problem}");
        if (body?.Object is { } content) PrintObject(content, inlineBytes);
        else if (body is not null) PrintMetadata("system", body.SystemMetadata);
    }

    protected override void Finish(string? inlineDamage)
    {
        if (inlineDamage is not null) Line($"problem: {inlineDamage}");
    }

    private void PrintObject(XlObject content, int inlineBytes)
    {
        string place = content.DataDirName.Length == 0 ? "" : $", data directory {content.DataDirName}";
        if (inlineBytes > 0) place += string.Create(CultureInfo.InvariantCulture, $", shard inline ({inlineBytes} bytes)");
        Line(string.Create(CultureInfo.InvariantCulture, $"  {content.Size} bytes, etag {content.ETag}{place}"));
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"  coded {content.Data}+{content.Parity}, blocks of {content.BlockSize}, this drive holds shard {content.Index} of {string.Join(' ', content.Distribution)}, {DialectName(content.Dialect)}"));
        foreach (XlPart part in content.Parts.Take(ShownParts))
        {
            string tag = part.ETag.Length == 0 ? "" : $", etag {part.ETag}";
            Line(string.Create(CultureInfo.InvariantCulture, $"  part {part.Number}: {part.Size} bytes{(part.ActualSize == part.Size ? "" : $" ({part.ActualSize} as sent)")}{tag}"));
        }

        if (content.Parts.Count > ShownParts) Line(string.Create(CultureInfo.InvariantCulture, $"  and {content.Parts.Count - ShownParts} more parts (--json has all)"));
        PrintMetadata("user", content.UserMetadata);
        PrintMetadata("system", content.SystemMetadata);
    }

    private void PrintMetadata(string kind, XlMetadata metadata)
    {
        foreach ((string key, string value) in metadata.Pairs()) Line($"  {kind} {key}: {value}");
    }

    private void Line(string text) => Output.WriteLine(Printable.Line(text));
}
