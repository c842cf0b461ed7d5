using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>One version while it is examined: its records, and what is known of each position's shard.</summary>
internal sealed class VersionCase
{
    public VersionCase(ObjectName name, DrivePool pool, int set, VersionRecords records, IReadOnlyList<DriveMetadata> answers)
    {
        Name = name;
        Pool = pool;
        Set = set;
        Records = records;
        Answers = answers;
        Shards = [.. answers.Select(answer => new ShardState(answer.Position, answer.Drive, ShardAt(answer.Position)))];
        foreach (DriveMetadata answer in answers) CheckRecord(answer);
    }

    public ObjectName Name { get; }

    public DrivePool Pool { get; }

    public int Set { get; }

    public VersionRecords Records { get; }

    public IReadOnlyList<DriveMetadata> Answers { get; }

    /// <summary>By position.</summary>
    public IReadOnlyList<ShardState> Shards { get; }

    /// <summary>What is wrong with the version as a whole.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>Whether its shards turned out to be early RustFS's.</summary>
    public bool IsLegacy { get; set; }

    /// <summary>Whether the shards disagree though each is whole in itself, so that it is not known which of them are right.</summary>
    public bool IsContradictory { get; set; }

    public XlObject? Content => Records.Chosen?.Body.Object;

    /// <summary>Whether it has shards that can be looked at.</summary>
    public bool HasShards => Content is { Size: > 0, IsRemote: false } content && content.TotalShards == Answers.Count;

    public bool IsForeign => Content is { } content && content.TotalShards != Answers.Count;

    /// <summary>Where a part's shard file lies below a drive's root.</summary>
    public string PartPath(int part) => Records.DataDirName.Length == 0 ? $"{Name.Path}/part.{part}" : $"{Name.Path}/{Records.DataDirName}/part.{part}";

    /// <summary>A finding about the version as a whole.</summary>
    public void Note(FindingKind kind, int? part, string detail) => Findings.Add(new(-1, null, null, kind, part, detail));

    private int ShardAt(int position) => Content is { } content && content.TotalShards == Answers.Count ? content.Distribution[position] : 0;

    private void CheckRecord(DriveMetadata answer)
    {
        ShardState shard = Shards[answer.Position];
        switch (answer.State)
        {
            case MetadataState.Unknown when answer.Drive is null:
                shard.Unknown(FindingKind.DriveAway, answer.Detail ?? "no drive was given for this position");
                return;
            case MetadataState.Unknown when !answer.IsMediumError:
                shard.Unknown(FindingKind.DriveFailed, answer.Detail ?? "the drive fails");
                return;
            case MetadataState.Unknown:
                shard.BadMetadata(FindingKind.MetadataUnreadable, answer.Detail ?? "the metadata cannot be read");
                return;
            case MetadataState.Damaged:
                shard.BadMetadata(FindingKind.MetadataDamaged, answer.Detail ?? "the metadata is damaged");
                return;
            case MetadataState.Missing:
                shard.BadMetadata(FindingKind.MetadataMissing, $"{answer.Drive!.Path} has no metadata of the object");
                return;
        }

        HeldRecord? held = Records.At(answer.Position);
        if (held is null && !answer.IsWhole) shard.Unknown(FindingKind.NotChecked, "the object has more versions than are looked at, and this one may be among the others");
        else if (held is null) shard.BadMetadata(FindingKind.VersionMissing, $"the metadata on {answer.Drive!.Path} lacks this version");
        else if (held.Body is null) shard.BadMetadata(FindingKind.BadRecord, held.Problem!);
        else if (Records.Chosen?.Holders.ContainsKey(answer.Position) != true) shard.BadMetadata(FindingKind.VersionDiffers, Difference(held.Body));
        else if (held.Body.Object is { } own) CheckHolder(shard, own);
    }

    private void CheckHolder(ShardState shard, XlObject own)
    {
        if (own.DataDirName != Records.DataDirName)
        {
            shard.BadMetadata(FindingKind.VersionDiffers, $"its data directory is {Show(own.DataDirName)}, and {Show(Records.DataDirName)} on most drives");
        }

        if (shard.Shard == 0 || own.Index == shard.Shard) return;
        shard.BadMetadata(FindingKind.ShardNumber, $"it says that it holds shard {own.Index}, and the distribution says {shard.Shard}");
        if (!HasShards) return;
        foreach (XlPart part in own.Parts.Where(part => part.Size > 0))
        {
            shard.BadPart(FindingKind.ShardNumber, part.Number, $"shard {own.Index} lies where shard {shard.Shard} belongs");
        }
    }

    private string Difference(XlBody body)
    {
        XlBody counted = Records.Chosen!.Body;
        if (body.ModTime != counted.ModTime) return $"it is of {XlTime.Text(body.ModTime)}, and of {XlTime.Text(counted.ModTime)} on most drives";
        return body.Type == counted.Type ? "its fields differ from those on most drives" : $"it is of type {body.Type}, and {counted.Type} on most drives";
    }

    private static string Show(string directory) => directory.Length == 0 ? "none" : directory;
}
