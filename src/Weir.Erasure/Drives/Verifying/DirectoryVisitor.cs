using System.Globalization;
using Weir.Erasure.Coding;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// Looks at directories of one drive, quickly: tells objects that are whole in themselves from everything else, and finds what is below.
/// Where anything is wrong it says so and no more: the object is examined then. One for each thread.
/// </summary>
internal sealed class DirectoryVisitor(Drive drive, int position, int setSize, VerifyMode mode, bool wantsStamps = false)
{
    /// <summary>Larger metadata is for the examination.</summary>
    private const int BufferBytes = 192 << 10;

    /// <summary>The magic and an empty section: what is not longer is no metadata.</summary>
    private const int MinMetadataBytes = 19;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private readonly List<string> _dataDirs = [];
    private int _parts;

    /// <summary>Looks at one.</summary>
    /// <param name="path">Below the drive's root, with the bucket first.</param>
    /// <param name="node">Takes the names of directories that may hold objects.</param>
    /// <param name="wantsVersions">Whether to keep the versions.</param>
    public Visit Visit(string path, WalkNode node, bool wantsVersions)
    {
        try
        {
            return mode == VerifyMode.Quick ? LookAtNames(path, node, wantsVersions) : ReadMetadata(path, node, wantsVersions);
        }
        catch (DriveFileException error)
        {
            return Fail(node, error);
        }
    }

    /// <summary>Names the directories in one, and nothing else.</summary>
    public Visit List(string path, WalkNode node)
    {
        try
        {
            ListChildren(path, node, []);
            return new(VisitState.NoMetadata, 0, null, 0);
        }
        catch (DriveFileException error)
        {
            return Fail(node, error);
        }
    }

    private Visit Fail(WalkNode node, DriveFileException error)
    {
        node.Names.NoteFailure(position);
        return new(VisitState.Failed, 0, null, 0) { Error = error.Message };
    }

    private Visit ReadMetadata(string path, WalkNode node, bool wantsVersions)
    {
        int length = drive.Files.ReadStart($"{path}/{XlMeta.FileName}", _buffer);
        if (length < 0) return WithoutMetadata(path, node);
        _dataDirs.Clear();
        _parts = 0;
        VersionSummary[]? versions = null;
        ulong digest = 0;
        bool isWhole = length < _buffer.Length && TryCheck(path, _buffer.AsMemory(0, length), wantsVersions, out digest, out versions);
        // A directory's links count the directories in it: when those are the data directories that were just seen, there are no others.
        if (drive.Files.Stat(path) is not { Links: >= 2 } entry || entry.Links - 2 != _dataDirs.Count) isWhole &= ListChildren(path, node, _dataDirs);
        DriveEntry stamped = wantsStamps && wantsVersions ? drive.Files.Stat($"{path}/{XlMeta.FileName}") ?? default : default;
        return new(isWhole ? VisitState.Whole : VisitState.Odd, digest, isWhole ? versions : null, length) { Files = 2 + _dataDirs.Count + _parts, Stamp = StampOf(stamped), ChangedNs = stamped.ChangedNs };
    }

    private Visit LookAtNames(string path, WalkNode node, bool wantsVersions)
    {
        if (drive.Files.Stat($"{path}/{XlMeta.FileName}") is not { } metadata) return WithoutMetadata(path, node);
        var digest = new RecordDigest();
        if (drive.Files.Stat(path) is not { Links: 2 })
        {
            var names = new List<string>();
            NameWindow? below = null;
            drive.Files.List(path, (name, kind) =>
            {
                if (kind is not (DriveEntryKind.Directory or DriveEntryKind.Unknown) || !System.Text.Unicode.Utf8.IsValid(name)) return true;
                string text = System.Text.Encoding.UTF8.GetString(name);
                if (PositionReading.IsDataDirName(text)) names.Add(text);
                (below ??= node.Names).Add(name, position);
                return true;
            });
            names.Sort(StringComparer.Ordinal);
            foreach (string name in names) digest.Add(name);
        }

        bool isWhole = metadata.Kind == DriveEntryKind.File && metadata.Size >= MinMetadataBytes;
        DriveEntry stamped = wantsStamps && wantsVersions ? metadata : default;
        return new(isWhole ? VisitState.Whole : VisitState.Odd, digest.Value, isWhole && wantsVersions ? [default] : null, 0) { Files = 2, Stamp = StampOf(stamped), ChangedNs = stamped.ChangedNs };
    }

    /// <summary>A replaced file has another time; 0 stands for none.</summary>
    private static ulong StampOf(DriveEntry entry) => entry.ChangedNs == 0 ? 0 : Math.Max(1, ((ulong)entry.ChangedNs * 0x9E3779B97F4A7C15) ^ (ulong)entry.Size);

    private Visit WithoutMetadata(string path, WalkNode node)
    {
        bool isOdd = false, isThere = false;
        NameWindow? window = null;
        drive.Files.List(path, (name, kind) =>
        {
            isThere = true;
            if (kind is DriveEntryKind.Directory or DriveEntryKind.Unknown)
            {
                (window ??= node.Names).Add(name, position);
                return true;
            }

            if (name.StartsWith("part."u8)) (window ??= node.Names).NoteShards(position);
            isOdd |= name.SequenceEqual("xl.json"u8);
            return true;
        });
        return new(isOdd ? VisitState.Odd : isThere ? VisitState.NoMetadata : VisitState.Absent, 0, null, 0) { Files = 1 };
    }

    /// <summary>Names what is below, but for known data directories; false where one of those is none, or another may be an orphan.</summary>
    private bool ListChildren(string path, WalkNode node, List<string> known)
    {
        bool isWhole = true;
        int seen = 0;
        NameWindow? window = null;
        drive.Files.List(path, (name, kind) =>
        {
            if (kind is not (DriveEntryKind.Directory or DriveEntryKind.Unknown)) return true;
            if (known.Count > 0 && System.Text.Unicode.Utf8.IsValid(name) && known.Contains(System.Text.Encoding.UTF8.GetString(name)))
            {
                seen++;
                return true;
            }

            isWhole &= name.Length != 36 && !name.SequenceEqual("legacy"u8);
            (window ??= node.Names).Add(name, position);
            return true;
        });
        // One that was found and is no directory is a link to one.
        return isWhole && seen == known.Count;
    }

    private bool TryCheck(string path, ReadOnlyMemory<byte> file, bool wantsVersions, out ulong digest, out VersionSummary[]? versions)
    {
        digest = 0;
        versions = null;
        try
        {
            XlMeta meta = XlMeta.Parse(file);
            if (meta.Versions.Count == 0 || meta.Inline.Damage is not null) return false;
            if (wantsVersions) versions = new VersionSummary[meta.Versions.Count];
            var hash = new RecordDigest();
            for (int i = 0; i < meta.Versions.Count; i++)
            {
                XlBody body = meta.Versions[i].ReadBody();
                if (body.VersionId != meta.Versions[i].Header.VersionId) return false;
                hash.Add(body);
                bool isInline = false;
                if (body.Object is { } content && !IsWhole(path, meta, content, out isInline)) return false;
                if (versions is not null) versions[i] = Summarize(body, isInline);
            }

            digest = hash.Value;
            return true;
        }
        catch (ErasureFormatException)
        {
            return false;
        }
    }

    private VersionSummary Summarize(XlBody body, bool isInline)
    {
        XlObject? content = body.Object;
        long bytes = 0, largest = 0;
        foreach (XlPart part in content is { Size: > 0, IsRemote: false } ? content.Parts : [])
        {
            long shard = part.Size > 0 ? new ShardLayout(content!, part.Size, content!.Dialect).FileSize : 0;
            bytes += shard;
            largest = Math.Max(largest, shard);
        }

        return new(
            body.VersionId, body.ModTime, (byte)(content?.Data ?? 0), (byte)(content?.Parity ?? 0), content?.Size ?? 0, (byte)VersionQuorum.Quorum(body, setSize),
            content is { Size: > 0, IsRemote: false }, isInline)
        {
            ShardBytes = bytes,
            LargestShard = largest,
            IsPlain = body.Type == XlVersionType.DeleteMarker || (body.Type == XlVersionType.Object && content is { HashAlgorithm: XlHashAlgorithm.HighwayHash256Streaming, WholeHashes.Count: 0 }),
        };
    }

    private bool IsWhole(string path, XlMeta meta, XlObject content, out bool isInline)
    {
        isInline = false;
        if (content.Dialect != XlDialect.Modern || content.Problem() is not null || content.TotalShards != setSize || content.Index != content.Distribution[position]) return false;
        if (content.Size == 0 || content.IsRemote) return true;
        if (content.Parts.Count == 1 && meta.Inline.TryFind(content.VersionId, content.DataDir, out ReadOnlyMemory<byte> inline) && !inline.IsEmpty)
        {
            isInline = true;
            return InlineCheck.Fault(inline.Span, new ShardLayout(content, content.Parts[0].Size, XlDialect.Modern), HighwayKey.Shards) is null;
        }

        if (content.DataDirName.Length == 0) return false;
        string directory = $"{path}/{content.DataDirName}";
        foreach (XlPart part in content.Parts)
        {
            if (part.Size == 0) continue;
            if (drive.Files.Stat(string.Create(CultureInfo.InvariantCulture, $"{directory}/part.{part.Number}")) is not { Kind: DriveEntryKind.File } file) return false;
            _parts++;
            if (file.Size != new ShardLayout(content, part.Size, XlDialect.Modern).FileSize) return false;
        }

        if (!_dataDirs.Contains(content.DataDirName)) _dataDirs.Add(content.DataDirName);
        return true;
    }
}
