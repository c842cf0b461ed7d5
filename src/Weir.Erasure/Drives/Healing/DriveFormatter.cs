using System.Text;
using System.Text.Json;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Gives an empty drive the identity of the one it replaces: the format.json of a drive of the same pool, byte for byte but for "this".
/// </summary>
public static class DriveFormatter
{
    internal static readonly string[] SystemDirectories = [".rustfs.sys", ".minio.sys"];

    private static readonly string[] Rooms = ["tmp", "multipart", "buckets", "config"];

    /// <exception cref="DriveFileException">The drive fails, or is not its server's to write to.</exception>
    /// <exception cref="ErasureFormatException">No sibling's format.json can be used.</exception>
    public static void Format(Replacement replacement)
    {
        Drive drive = replacement.Drive;
        var store = (IDriveStore)drive.Files.Disk;
        string root = drive.Files.Root;
        Drive[] siblings = [.. replacement.Pool.Set(replacement.Set).Concat(Enumerable.Range(0, replacement.Pool.SetCount).SelectMany(replacement.Pool.Set)).OfType<Drive>()];
        Drive model = siblings[0];
        CheckOwner(store, drive, model);
        foreach (string system in SystemDirectories)
        {
            if (model.Files.TryReadAll($"{system}/{FormatJson.FileName}", FormatJson.MaxBytes) is not { } json) continue;
            byte[] own = WithDriveId(json, replacement.DriveId);
            FormatJson made = FormatJson.Parse(own);
            if (!made.IsSamePool(replacement.Pool.Format) || made.DriveId != replacement.DriveId) throw new ErasureFormatException($"The format.json of {model.Path} cannot be handed on.");
            store.CreateDirectory(root, system, SiblingOwners.Of(siblings, system, isDirectory: true));
            foreach (string room in Rooms)
            {
                if (model.Files.DirectoryExists($"{system}/{room}") || room == "tmp") store.CreateDirectory(root, $"{system}/{room}", SiblingOwners.Of(siblings, $"{system}/{room}", isDirectory: true));
            }

            string staged = $"{system}/tmp/{TargetDrive.StagingPrefix}{FormatJson.FileName}", target = $"{system}/{FormatJson.FileName}";
            store.Remove(root, staged);
            using (IDriveOutput output = store.CreateFile(root, staged, SiblingOwners.Of(siblings, target, isDirectory: false))) output.Write(own);
            store.Sync(root, staged);
            if (PieceCheck.Bytes(drive, staged, own) is { } fault) throw new DriveFileException($"What was written does not read back: {fault}");
            store.Rename(root, staged, target, replaces: false);
            store.Sync(root, system);
            store.Sync(root, "");
        }
    }

    private static void CheckOwner(IDriveStore store, Drive drive, Drive model)
    {
        if (store.FindOwner(drive.Files.Root, "") is not { } own || store.FindOwner(model.Files.Root, "") is not { } wanted) return;
        if (own.User == wanted.User) return;
        throw new DriveFileException($"{drive.Path} belongs to user {own.User} and {model.Path} to user {wanted.User}: the server could not use it. Run 'chown {wanted.User}:{wanted.Group} {drive.Path}' first.");
    }

    /// <summary>The same file for another drive of the pool.</summary>
    private static byte[] WithDriveId(byte[] json, Guid driveId)
    {
        var reader = new Utf8JsonReader(json, new() { MaxDepth = 16 });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 2 || !reader.ValueTextEquals("this"u8)) continue;
            reader.Read();
            int start = (int)reader.TokenStartIndex + 1, end = start + reader.ValueSpan.Length;
            return [.. json.AsSpan(0, start), .. Encoding.ASCII.GetBytes(driveId.ToString("D")), .. json.AsSpan(end)];
        }

        throw new ErasureFormatException("format.json has no \"this\" to be changed.");
    }
}
