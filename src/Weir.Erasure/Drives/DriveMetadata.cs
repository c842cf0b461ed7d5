using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>The metadata of one object on one position of its set.</summary>
public sealed class DriveMetadata
{
    // With their inline shards they stay well below what is kept of a large file.
    private const int NewestKept = 16;

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

    /// <summary>Reads xl.meta, or xl.json where that is what there is. Never throws: what is wrong is the state.</summary>
    /// <param name="drive">Null where none was given.</param>
    /// <param name="position">Its position in the set.</param>
    /// <param name="name">The object.</param>
    /// <param name="versionId">What to keep of a very large file; null keeps the newest.</param>
    public static DriveMetadata Read(Drive? drive, int position, ObjectName name, Guid? versionId)
    {
        if (drive is null) return new(position, null, MetadataState.Unknown, "no drive was given for this position");
        try
        {
            using IDriveFile? file = drive.Files.TryOpen($"{name.Path}/{XlMeta.FileName}");
            if (file is null) return ReadVersion1(drive, position, name);
            using var stream = new DriveFileStream(file);
            XlMeta meta = XlMetaFile.Read(
                stream, file.Length, (header, number) => versionId is { } wanted ? header.VersionId == wanted : number < NewestKept);
            return new(position, drive, MetadataState.Found, meta.Inline.Damage) { Versions = meta.Versions, Inline = meta.Inline };
        }
        catch (ErasureFormatException error)
        {
            return new(position, drive, MetadataState.Damaged, error.Message);
        }
        catch (Exception error) when (error is DriveFileException or IOException or UnauthorizedAccessException)
        {
            return new(position, drive, MetadataState.Unknown, error.Message);
        }
    }

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
