using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Hsm.Reconciling;

namespace Weir.Cli.Verbs.Hsm;

/// <summary>A comparison of files and stream, for people or as one JSON object.</summary>
internal static class ReconcilePrinter
{
    public static void WriteText(OutputBuffer output, ReconcileReport report)
    {
        foreach (MdtComparison mdt in report.Mdts)
        {
            string verdict = mdt.IsInOrder ? "in order" : "NOT in order";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mdt.Mdt}: {verdict}; {mdt.InFile:N0} in the file, {mdt.InStream:N0} in the stream"));
            if (mdt.Problem is { } problem) output.WriteLine($"  {problem}");
            if (mdt.LostLines > 0) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {mdt.LostLines:N0} lines of the file could not be read; as many of the extra actions may be theirs"));
            WriteExamples(output, "missing: in the file, not in the stream", mdt.Missing, mdt.MissingExamples);
            WriteExamples(output, "extra: in the stream, not in the file", mdt.Extra, mdt.ExtraExamples);
            WriteExamples(output, "note: another status in the stream", mdt.Different, mdt.DifferentExamples);
        }

        if (report.NotCompared.Count > 0) output.WriteLine($"not compared, having no file here: {string.Join(", ", report.NotCompared)}");
        foreach (string problem in report.Problems) output.WriteLine($"problem: {problem}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(report.IsInOrder ? "in order" : "NOT in order")}: {report.Missing:N0} missing, {report.Extra:N0} extra, {report.Different:N0} with another status"));
    }

    /// <param name="output">Where it goes.</param>
    /// <param name="report">The comparison; after a repair the one made then.</param>
    /// <param name="repair">What was repaired; null when nobody asked.</param>
    public static void WriteJson(OutputBuffer output, ReconcileReport report, RepairReport? repair)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteBoolean("in_order", report.IsInOrder);
            json.WriteNumber("missing", report.Missing);
            json.WriteNumber("extra", report.Extra);
            json.WriteNumber("different", report.Different);
            json.WriteStartArray("mdts");
            foreach (MdtComparison mdt in report.Mdts) WriteMdt(json, mdt);
            json.WriteEndArray();
            WriteTexts(json, "not_compared", report.NotCompared);
            WriteTexts(json, "problems", report.Problems);
            if (repair is not null)
            {
                json.WriteStartObject("repair");
                json.WriteString("by", repair.Way switch { RepairWay.Direct => "this process", RepairWay.Shipper => "the running shipper", _ => "nobody" });
                json.WriteNumber("events_written", repair.EventsWritten);
                WriteTexts(json, "problems", repair.Problems);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        output.EndLine();
    }

    private static void WriteExamples(OutputBuffer output, string what, long count, IReadOnlyList<ActionDifference> examples)
    {
        if (count == 0) return;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count:N0} {what}"));
        foreach (ActionDifference example in examples)
        {
            string status = example is { FileStatus: { } file, StreamStatus: { } stream } ? $"{file} in the file, {stream} in the stream" : example.FileStatus ?? example.StreamStatus ?? "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"    {example.Action} {example.Fid} {status} idx={example.Index?.Catalog}/{example.Index?.Record} cookie={(example.Cookie is { } cookie ? $"0x{cookie:x}" : "-")}"));
        }

        if (count > examples.Count) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    and {count - examples.Count:N0} more"));
    }

    private static void WriteMdt(Utf8JsonWriter json, MdtComparison mdt)
    {
        json.WriteStartObject();
        json.WriteString("mdt", mdt.Mdt);
        json.WriteBoolean("in_order", mdt.IsInOrder);
        json.WriteString("path", mdt.Path);
        json.WriteNumber("in_file", mdt.InFile);
        json.WriteNumber("in_stream", mdt.InStream);
        json.WriteNumber("missing", mdt.Missing);
        json.WriteNumber("extra", mdt.Extra);
        json.WriteNumber("different", mdt.Different);
        json.WriteNumber("lost_lines", mdt.LostLines);
        json.WriteBoolean("source_lost", mdt.IsSourceLost);
        json.WriteString("problem", mdt.Problem);
        WriteDifferences(json, "missing_examples", mdt.MissingExamples);
        WriteDifferences(json, "extra_examples", mdt.ExtraExamples);
        WriteDifferences(json, "different_examples", mdt.DifferentExamples);
        json.WriteEndObject();
    }

    private static void WriteDifferences(Utf8JsonWriter json, string name, IReadOnlyList<ActionDifference> examples)
    {
        json.WriteStartArray(name);
        foreach (ActionDifference example in examples)
        {
            json.WriteStartObject();
            json.WriteString("fid", example.Fid);
            json.WriteString("action", example.Action);
            json.WriteString("file_status", example.FileStatus);
            json.WriteString("stream_status", example.StreamStatus);
            if (example.Cookie is { } cookie) json.WriteString("cookie", string.Create(CultureInfo.InvariantCulture, $"0x{cookie:x}"));
            if (example.Index is { } index)
            {
                json.WriteNumber("cat_idx", index.Catalog);
                json.WriteNumber("rec_idx", index.Record);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
