using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Examines one object of a set from scratch: reads every position's metadata, looks at every shard of every version, and judges each.
/// Never writes, and never throws for what drives do: that is what the verdicts say.
/// </summary>
public sealed class ObjectExaminer(DriveQueues queues) : IDisposable
{
    private readonly DeepMemory _memory = new();

    /// <summary>Examines an object.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="set">The set that is looked at, whether or not the object's name belongs there.</param>
    /// <param name="name">The object.</param>
    /// <param name="options">What is checked.</param>
    /// <param name="cancellationToken">Ends it between pieces of a shard.</param>
    public async Task<ObjectVerdict> ExamineAsync(DrivePool pool, int set, ObjectName name, ExamineOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<Drive?> drives = pool.Set(set);
        PositionReading[] readings = await Task.WhenAll(drives.Select((drive, position) => PositionReading.ReadAsync(queues, drive, position, name))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        DriveMetadata[] answers = [.. readings.Select(reading => reading.Metadata)];
        VersionCase[] cases = [.. VersionRecords.Gather(answers).Select(records => new VersionCase(name, pool, set, records, answers))];
        foreach (VersionCase version in cases.Where(version => version.HasShards)) CheckInline(version);
        await ProbeAsync(drives, cases).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        long readBytes = answers.Sum(answer => answer.FileBytes);
        if (options.Mode == VerifyMode.Deep || options.ChecksETag)
        {
            var deep = new DeepCheck(queues, options, _memory);
            foreach (VersionCase version in cases.Where(version => version.HasShards)) await deep.RunAsync(version, cancellationToken).ConfigureAwait(false);
            readBytes += deep.ReadBytes;
        }

        var versions = new List<VersionVerdict>(cases.Length + 1);
        foreach (VersionCase version in cases) versions.Add(VersionJudge.Judge(version));
        if (LeftOver.Judge(name, pool, set, cases, readings) is { } left) versions.Add(left);
        return new()
        {
            Name = name,
            Pool = pool.Number,
            Set = set,
            Versions = versions,
            Answers = answers,
            ReadBytes = readBytes,
        };
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>The shards that lie in metadata are in memory already: they are checked at every level.</summary>
    private static void CheckInline(VersionCase version)
    {
        XlObject content = version.Content!;
        if (content.Parts.Count != 1) return;
        XlPart part = content.Parts[0];
        var layout = new ShardLayout(content, part.Size, content.Dialect);
        HighwayKey key = content.Dialect == XlDialect.RustFsLegacy ? HighwayKey.RustFsLegacyShards : HighwayKey.Shards;
        foreach (ShardState shard in version.Shards.Where(shard => version.Records.Chosen!.Holders.ContainsKey(shard.Position)))
        {
            XlObject own = version.Records.Chosen!.Holders[shard.Position].Object!;
            DriveMetadata answer = version.Answers[shard.Position];
            if (!answer.Inline.TryFind(version.Records.VersionId, own.DataDir, out ReadOnlyMemory<byte> inline) || inline.IsEmpty) continue;
            shard.IsInline = true;
            if (InlineCheck.Fault(inline.Span, layout, key) is not { } fault) continue;
            if (content.Dialect == XlDialect.Modern && InlineCheck.IsLegacy(inline.Span, content, part)) version.IsLegacy = true;
            else shard.BadPart(FindingKind.InlineDamaged, part.Number, fault);
        }
    }

    private async Task ProbeAsync(IReadOnlyList<Drive?> drives, VersionCase[] cases)
    {
        VersionCase[] coded = [.. cases.Where(version => version.HasShards)];
        if (coded.Length == 0) return;
        PartProbe[][]?[] asked = await Task.WhenAll(drives.Select((drive, position) => ProbeAsync(drive, position, coded))).ConfigureAwait(false);
        for (int i = 0; i < coded.Length; i++) PartJudge.Weigh(coded[i], [.. asked.Select(answers => answers?[i])]);
    }

    /// <summary>What a position answers for each version; null where it answers nothing.</summary>
    private async Task<PartProbe[][]?> ProbeAsync(Drive? drive, int position, VersionCase[] cases)
    {
        if (drive is null) return null;
        PartProbe[][] probes = [.. cases.Select(version => Probes(version, version.Shards[position]).ToArray())];
        if (probes.All(asked => asked.Length == 0)) return null;
        try
        {
            await queues[drive].RunAsync(worker => PartProbe.RunAll(worker, drive, probes.SelectMany(asked => asked))).ConfigureAwait(false);
            return probes;
        }
        catch (DriveFileException error)
        {
            foreach (VersionCase version in cases) version.Shards[position].Unknown(FindingKind.DriveFailed, $"{drive.Path}: {error.Message}");
            return null;
        }
    }

    private static IEnumerable<PartProbe> Probes(VersionCase version, ShardState shard)
    {
        if (shard.IsUnknown || shard.IsInline) yield break;
        foreach (XlPart part in version.Content!.Parts.Where(part => part.Size > 0)) yield return new(version, part.Number, version.PartPath(part.Number));
    }
}
