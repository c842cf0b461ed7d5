using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>The metadata of one object on one position of its set.</summary>
public sealed class DriveMetadata
{
    // With their inline shards they stay well below what is kept of a large file.
    private const int NewestKept = 16;

    // A record of a version takes some hundreds of bytes: so many stay below what is kept.
    private const int AllKept = 4096;

    private DriveMetadata(int position, Drive? drive, MetadataState state, string? detail)
    {
        Position = position;
        Drive = drive;
        State = state;
        Detail = detail;
    }

    public int Position { get; }

    /// <summary>Null where none was given.</summary>
    public Drive? Drive { get; }

    public MetadataState State { get; }

    /// <summary>What is wrong, or null.</summary>
    public string? Detail { get; }

    /// <summary>Newest first; of a very large file the asked-for or the newest ones.</summary>
    public IReadOnlyList<XlVersion> Versions { get; private init; } = [];

    /// <summary>Shards that lie in the metadata.</summary>
    public XlInlineData Inline { get; private init; } = XlInlineData.None;

    /// <summary>Whether <see cref="Versions"/> are all that the file has.</summary>
    public bool IsWhole { get; private init; } = true;

    /// <summary>Whether the state is unknown because the medium is damaged where the metadata lies.</summary>
    public bool IsMediumError { get; private init; }

    /// <summary>The version of the file's header tuples; 0 where it has none.</summary>
    internal int HeaderVersion { get; private init; }

    /// <summary>The version of the file's bodies; 0 where it does not say.</summary>
    internal int MetaVersion { get; private init; }

    /// <summary>Bytes of the metadata file.</summary>
    internal long FileBytes { get; private init; }

    /// <summary>Reads xl.meta, or xl.json where that is what there is. Never throws: what is wrong is the state.</summary>
    /// <param name="drive">Null where none was given.</param>
    /// <param name="position">Its position in the set.</param>
    /// <param name="name">The object.</param>
    /// <param name="versionId">What to keep of a very large file; null keeps the newest.</param>
    public static DriveMetadata Read(Drive? drive, int position, ObjectName name, Guid? versionId) =>
        Read(drive, position, name, (header, number) => versionId is { } wanted ? header.VersionId == wanted : number < NewestKept);

    /// <summary>The same with all versions, as far as the limits for a large file allow; see <see cref="IsWhole"/>.</summary>
    internal static DriveMetadata ReadAll(Drive drive, int position, ObjectName name) => Read(drive, position, name, static (_, number) => number < AllKept);

    private static DriveMetadata Read(Drive? drive, int position, ObjectName name, Func<XlVersionHeader, int, bool> keep)
    {
        if (drive is null) return new(position, null, MetadataState.Unknown, "no drive was given for this position");
        try
        {
            using IDriveFile? file = drive.Files.TryOpen($"{name.Path}/{XlMeta.FileName}");
            if (file is null) return ReadVersion1(drive, position, name);
            using var stream = new DriveFileStream(file);
            XlMeta meta = XlMetaFile.Read(stream, file.Length, keep);
            return new(position, drive, MetadataState.Found, meta.Inline.Damage)
            {
                Versions = meta.Versions,
                Inline = meta.Inline,
                IsWhole = meta.Versions.Count == meta.VersionCount,
                FileBytes = file.Length,
                HeaderVersion = meta.HeaderVersion,
                MetaVersion = meta.MetaVersion,
            };
        }
        catch (ErasureFormatException error)
        {
            return new(position, drive, MetadataState.Damaged, error.Message);
        }
        catch (Exception error) when (error is DriveFileException or IOException or UnauthorizedAccessException)
        {
            return new(position, drive, MetadataState.Unknown, error.Message) { IsMediumError = error is DriveFileException { IsMediumError: true } };
        }
    }

    /// <summary>For a position whose drive does not answer.</summary>
    internal static DriveMetadata OfFailed(Drive? drive, int position, string reason) => new(position, drive, MetadataState.Unknown, reason);

    private static DriveMetadata ReadVersion1(Drive drive, int position, ObjectName name)
    {
        if (drive.Files.TryReadAll($"{name.Path}/{XlJson.FileName}", XlJson.MaxBytes) is not { } json)
        {
            return new(position, drive, MetadataState.Missing, "no metadata");
        }

        XlBody body = XlJson.Parse(json);
        var header = new XlVersionHeader(
            body.VersionId, body.ModTime, 0, body.Type, XlVersionFlags.None, (byte)Math.Clamp(body.Object!.Data, 0, 255), (byte)Math.Clamp(body.Object.Parity, 0, 255));
        return new(position, drive, MetadataState.Found, null) { Versions = [new(header, default, json)] };
    }

    /// <summary>The body of one of <see cref="Versions"/>, whichever file it came from.</summary>
    /// <exception cref="ErasureFormatException">It is damaged.</exception>
    public static XlBody ReadBody(XlVersion version) =>
        version.RawHeader.IsEmpty && version.RawBody.Span.StartsWith("{"u8) ? XlJson.Parse(version.RawBody) : version.ReadBody();
}
