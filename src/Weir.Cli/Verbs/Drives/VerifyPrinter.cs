using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Cli.Verbs.Drives;

/// <summary>Prints what a verification finds.</summary>
internal sealed class VerifyPrinter(Invocation run, bool isJson) : IDisposable
{
    /// <summary>Findings and names printed of one thing; the lists as a whole are --json's and --report's.</summary>
    private const int MaxLines = 32;

    private readonly Utf8JsonWriter _json = new(run.Out, OutputJson.Compact);

    /// <summary>Drives that are not as they should be, before anything else.</summary>
    public void Drives(DriveTopology topology)
    {
        foreach (Drive drive in topology.Drives.Where(drive => drive.State != DriveState.Online))
        {
            run.Terminal.Say($"{drive.Path} is {TopologyPrinter.StateName(drive.State)}: {drive.Detail}");
        }

        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                for (int position = 0; position < pool.SetSize; position++)
                {
                    if (pool.Set(set)[position] is null) run.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"pool {pool.Number}, set {set}, position {position} is missing: what it holds is unknown"));
                }
            }
        }
    }

    public void Object(ObjectVerdict verdict, VerifyProgressLine progress)
    {
        foreach (VersionVerdict version in verdict.Versions)
        {
            if (isJson)
            {
                VerdictJson.Write(_json, version);
                _json.Flush();
                _json.Reset();
                run.Out.EndLine();
            }
            else if (version.Verdict != Verdict.Healthy)
            {
                progress.Clear();
                Version(version);
                run.Out.Flush();
            }
        }
    }

    /// <summary>What it came to: on standard output, or where that is JSON on standard error.</summary>
    public void Summary(VerifyCheckpoint checkpoint, DriveQueues queues)
    {
        foreach ((Drive drive, string reason) in queues.Failures) run.Terminal.Say($"{drive.Path} was given up: {reason}");
        foreach ((Drive drive, long count, string first) in queues.Errors)
        {
            run.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{drive.Path}: {count} directories or files could not be read; first: {first}"));
        }

        VerifyTally tally = checkpoint.Tally;
        double seconds = Math.Max(checkpoint.Seconds, 0.001);
        Line(string.Create(CultureInfo.InvariantCulture, $"{tally.Objects} objects, {tally.Versions} versions, {queues.ReadBytes / 1e6:0.0} MB read, {seconds:0.00} s, {tally.Objects / seconds:0} objects/s"));
        foreach (Verdict verdict in VerdictNames.All.Where(verdict => tally[verdict] > 0)) Line(string.Create(CultureInfo.InvariantCulture, $"  {verdict.Name(),-22} {tally[verdict]}"));
        IReadOnlyDictionary<int, long> margins = tally.Ledger.Total;
        if (margins.Count > 0) Line("shards that may still be lost: versions");
        foreach ((int margin, long versions) in margins) Line(string.Create(CultureInfo.InvariantCulture, $"  {(margin < 0 ? "too few" : margin.ToString(CultureInfo.InvariantCulture)),-22} {versions}"));
        foreach ((string drive, IReadOnlyDictionary<string, long> kinds) in tally.Drives)
        {
            Line($"{(drive.Length == 0 ? "on no one drive" : drive)}: {string.Join(", ", kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Value} {kind.Key}")))}");
        }

        List("lost", tally.Lost);
        List("endangered", tally.Endangered);
    }

    public void Dispose() => _json.Dispose();

    private void Version(VersionVerdict version)
    {
        run.Out.WriteLine(Printable.Line(string.Create(
            CultureInfo.InvariantCulture, $"{version.Verdict.Name(),-14} {version.Name}  {version.VersionIdText ?? "-"}  {version.Data}+{version.Parity}, {version.Good} good, margin {version.Margin}")));
        foreach (Finding finding in version.Findings.Take(MaxLines))
        {
            string shard = finding.Shard is { } number ? string.Create(CultureInfo.InvariantCulture, $", shard {number}") : "";
            string part = finding.Part is { } partNumber ? string.Create(CultureInfo.InvariantCulture, $", part {partNumber}") : "";
            string where = finding.Position < 0 ? "object" : finding.Drive ?? string.Create(CultureInfo.InvariantCulture, $"position {finding.Position}");
            run.Out.WriteLine(Printable.Line($"    {where}{shard}{part}: {finding.Kind.Name()}: {finding.Detail}"));
        }

        if (version.Findings.Count > MaxLines) run.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    and {version.Findings.Count - MaxLines} more"));
    }

    private void List(string what, ListedVersions versions)
    {
        if (versions.Count == 0) return;
        Line(string.Create(CultureInfo.InvariantCulture, $"{what}: {versions.Count}"));
        foreach ((string bucket, string key, string? versionId) in versions.Listed.Take(MaxLines)) Line($"  {bucket}/{key}  {versionId ?? "-"}");
        if (versions.Count > MaxLines) Line(string.Create(CultureInfo.InvariantCulture, $"  and {versions.Count - MaxLines} more; --json and --report name them"));
    }

    private void Line(string text)
    {
        if (isJson) run.Terminal.Say(text);
        else run.Out.WriteLine(Printable.Line(text));
    }
}
