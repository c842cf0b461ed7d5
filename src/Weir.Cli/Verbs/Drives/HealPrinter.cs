using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Cli.Verbs.Drives;

/// <summary>Prints what a repair does, a version at a time.</summary>
internal sealed class HealPrinter(Invocation run, bool isJson, bool isDry) : IHealObserver, IDisposable
{
    private readonly Utf8JsonWriter _json = new(run.Out, OutputJson.Compact);
    private long _repaired, _failed, _untouched, _planned;

    /// <summary>What is shown on a terminal meanwhile; null before there is any.</summary>
    public HealProgressLine? Progress { get; set; }

    /// <summary>Whether something is not in order yet.</summary>
    public bool HasLeft => _failed > 0 || _untouched > 0;

    /// <summary>Drives that are not as they should be, before anything else.</summary>
    public void Drives(DriveTopology topology)
    {
        foreach (Drive drive in topology.Drives.Where(drive => drive.State != DriveState.Online))
        {
            string hint = drive.State == DriveState.Unformatted ? "; --replace makes an empty drive the successor of a lost one" : "";
            run.Terminal.Say($"{drive.Path} is {TopologyPrinter.StateName(drive.State)}: {drive.Detail}{hint}");
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

    public void Replaced(Replacement replacement) => run.Terminal.Say(string.Create(
        CultureInfo.InvariantCulture,
        $"{replacement.Drive.Path} {(isDry ? "would become" : "becomes")} drive {replacement.DriveId}: pool {replacement.Pool.Number}, set {replacement.Set}, position {replacement.Position}"));

    public void Looked(ObjectPlan plan)
    {
        foreach (Refusal refusal in plan.Refusals)
        {
            _untouched++;
            Print(json => OutcomeJson.WriteRefusal(json, refusal), refusal.Version, "untouched", [$"{refusal.Version.Verdict.Name()}: {refusal.Reason}"]);
        }

        if (isDry)
        {
            foreach (VersionRepair repair in plan.Repairs)
            {
                _planned++;
                Print(json => OutcomeJson.WritePlanned(json, plan.Object.Name, repair), repair.Verdict, "planned", Pieces(PlannedPiece.Of(plan.Object.Name, repair).Select(piece => (piece.Drive, piece.Shard, piece.Path))));
            }
        }

        Progress?.Show();
    }

    public void Healed(ObjectOutcome outcome)
    {
        foreach (VersionOutcome version in outcome.Versions)
        {
            if (version.State == RepairState.Repaired) _repaired++;
            else _failed++;
            Print(
                json => OutcomeJson.WriteVersion(json, version), version.Verdict, version.State.Name(),
                [.. Pieces(version.Pieces.Select(piece => (piece.Drive, piece.Shard, piece.Path))), .. version.Problems.Select(problem => $"not done: {problem}")]);
        }

        Progress?.Show();
    }

    public void MadeBucket(Drive drive, string bucket) => run.Terminal.Say($"made bucket {bucket} on {drive.Path}");

    public void Moved(Drive drive, string path, string? problem)
    {
        if (problem is not null) _failed++;
        run.Terminal.Say(problem is null ? $"moved {drive.Path}/{path} to {drive.Path}/{Quarantine.DirectoryName}" : $"could not move {drive.Path}/{path}: {problem}");
    }

    /// <summary>What it came to: on standard output, or where that is JSON on standard error.</summary>
    public void Summary(HealTotals totals, HealJournal journal, DriveQueues queues)
    {
        foreach ((Drive drive, string reason) in queues.Failures) run.Terminal.Say($"{drive.Path} was given up: {reason}");
        string looked = string.Create(CultureInfo.InvariantCulture, $"{totals.Looked} objects looked at, ");
        Line(isDry
            ? string.Create(CultureInfo.InvariantCulture, $"{looked}{_planned} versions would be repaired, {_untouched} left as they are; {journal.Cursor.ReadBytes / 1e6:0.0} MB to read, {journal.Cursor.WriteBytes / 1e6:0.0} MB to write")
            : string.Create(CultureInfo.InvariantCulture, $"{looked}{_repaired} versions repaired, {_failed} not or in part, {journal.Cursor.Refused} left as they are; {totals.WrittenBytes / 1e6:0.0} MB written and read back"));
        if (!isDry) run.Terminal.Say($"the journal is {journal.DirectoryPath}");
    }

    public void Dispose() => _json.Dispose();

    private static string[] Pieces(IEnumerable<(Drive Drive, int Shard, string Path)> pieces) =>
        [.. pieces.Select(piece => string.Create(CultureInfo.InvariantCulture, $"{piece.Drive.Path}/{piece.Path}{(piece.Shard > 0 ? $", shard {piece.Shard}" : "")}"))];

    private void Print(Action<Utf8JsonWriter> write, VersionVerdict version, string state, IReadOnlyList<string> lines)
    {
        Progress?.Clear();
        if (isJson)
        {
            write(_json);
            _json.Flush();
            _json.Reset();
            run.Out.EndLine();
        }
        else
        {
            run.Out.WriteLine(Printable.Line(string.Create(CultureInfo.InvariantCulture, $"{state,-15} {version.Name}  {version.VersionIdText ?? "-"}  was {version.Verdict.Name()}, margin {version.Margin}")));
            foreach (string line in lines) run.Out.WriteLine(Printable.Line($"    {line}"));
        }

        run.Out.Flush();
    }

    private void Line(string text)
    {
        if (isJson) run.Terminal.Say(text);
        else run.Out.WriteLine(Printable.Line(text));
    }
}
