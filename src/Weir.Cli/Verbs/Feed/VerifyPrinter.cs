using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Feed.Log;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Prints what a verification found.</summary>
internal abstract class VerifyPrinter
{
    /// <summary>Whether a finding is more than a trace of a crash, which the next writer clears away, or a stray file.</summary>
    public static bool IsProblem(VerifyFinding finding) => finding.Kind is not (VerifyFindingKind.TornTail or VerifyFindingKind.UnknownFile);

    /// <summary>What is wrong with the feed's own files.</summary>
    public abstract void PrintFeed(VerifyFinding finding);

    public abstract void PrintTopic(VerifyReport report);

    protected static string Name(VerifyFindingKind kind) => kind switch
    {
        VerifyFindingKind.DamagedRecord => "damaged-record",
        VerifyFindingKind.DamagedHeader => "damaged-header",
        VerifyFindingKind.TornTail => "torn-tail",
        VerifyFindingKind.MissingSegment => "missing-segment",
        VerifyFindingKind.DamagedSegmentHeader => "damaged-segment-header",
        VerifyFindingKind.DamagedDerivedFile => "damaged-derived-file",
        VerifyFindingKind.DamagedMark => "damaged-mark",
        VerifyFindingKind.DamagedFormat => "damaged-format",
        VerifyFindingKind.UnknownFile => "unknown-file",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no name for this kind of finding."),
    };
}

/// <summary>Lines for people.</summary>
internal sealed class VerifyTextPrinter(OutputBuffer output) : VerifyPrinter
{
    public override void PrintFeed(VerifyFinding finding) => PrintFinding(finding);

    public override void PrintTopic(VerifyReport report)
    {
        foreach (VerifyFinding finding in report.Findings) PrintFinding(finding);
        if (report.Omitted > 0) Print($"{report.Topic}: {report.Omitted} more findings are not listed");
        int problems = report.Findings.Count(IsProblem);
        string verdict = problems + report.Omitted == 0 ? "in order" : string.Create(CultureInfo.InvariantCulture, $"{problems + report.Omitted} problems");
        Print(string.Create(CultureInfo.InvariantCulture, $"{report.Topic}: {report.Records} intact records, {report.SizeBytes} bytes, {verdict}"));
    }

    private void PrintFinding(VerifyFinding finding)
    {
        string record = finding.Record is { } id ? $"record {id}" : "";
        string neighbours = finding.Topic.Length == 0 ? "" : $"after {finding.After}{(finding.Before is { } before ? $", before {before}" : "")}";
        string size = finding.SizeBytes < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{finding.SizeBytes} bytes");
        string place = finding.Offset < 0 ? finding.File : string.Create(CultureInfo.InvariantCulture, $"{finding.File} at offset {finding.Offset}");
        string where = string.Join(", ", ((string[])[record, neighbours, size]).Where(part => part.Length > 0));
        Print($"{Name(finding.Kind)}: {(finding.Topic.Length == 0 ? "the feed" : finding.Topic)}: {(where.Length > 0 ? where + ": " : "")}{finding.Detail} ({place})");
    }

    private void Print(string line) => output.WriteLine(Printable.Line(line));
}

/// <summary>An object for each topic, for programs.</summary>
internal sealed class VerifyJsonPrinter(OutputBuffer output) : VerifyPrinter
{
    public override void PrintFeed(VerifyFinding finding) => PrintObject(null, 0, 0, [finding], 0);

    public override void PrintTopic(VerifyReport report) => PrintObject(report.Topic, report.Records, report.SizeBytes, report.Findings, report.Omitted);

    private void PrintObject(string? topic, long records, long bytes, IReadOnlyList<VerifyFinding> findings, long omitted)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("topic", topic);
            json.WriteNumber("records", records);
            json.WriteNumber("bytes", bytes);
            json.WriteStartArray("findings");
            foreach (VerifyFinding finding in findings) WriteFinding(json, finding);
            json.WriteEndArray();
            json.WriteNumber("omitted", omitted);
            json.WriteEndObject();
        }

        output.EndLine();
    }

    private static void WriteFinding(Utf8JsonWriter json, VerifyFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("kind", Name(finding.Kind));
        json.WriteBoolean("problem", IsProblem(finding));
        json.WriteBoolean("lost", finding.LosesRecords);
        TopicJson.WriteId(json, "record", finding.Record);
        TopicJson.WriteId(json, "after", finding.After);
        TopicJson.WriteId(json, "before", finding.Before);
        json.WriteString("file", finding.File);
        json.WriteNumber("offset", finding.Offset);
        json.WriteNumber("bytes", finding.SizeBytes);
        json.WriteString("detail", finding.Detail);
        json.WriteEndObject();
    }
}
