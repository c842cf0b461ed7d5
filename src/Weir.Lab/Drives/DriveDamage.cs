using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;

namespace Weir.Lab.Drives;

/// <summary>Damages drives on purpose, as rot, crashes, full disks and operators do. The same random numbers do the same damage.</summary>
public sealed class DriveDamage(Random random)
{
    private static readonly DriveDamageKind[] OfMetadata =
    [
        DriveDamageKind.MissingMetadata, DriveDamageKind.FlippedMetadataBit, DriveDamageKind.EmptyMetadata, DriveDamageKind.StaleMetadata, DriveDamageKind.MissingObject,
    ];

    private static readonly DriveDamageKind[] OfFiles =
    [
        DriveDamageKind.FlippedBit, DriveDamageKind.CutByOneByte, DriveDamageKind.OneByteMore, DriveDamageKind.StaleBlock, DriveDamageKind.MissingPart, DriveDamageKind.MissingDataDirectory,
    ];

    /// <summary>What can happen to a version.</summary>
    public static IReadOnlyList<DriveDamageKind> KindsFor(MadeVersion version)
    {
        if (version.IsDeleteMarker || version.Size == 0) return OfMetadata;
        return version.IsInline ? [.. OfMetadata, DriveDamageKind.FlippedInlineBit] : [.. OfMetadata, .. OfFiles];
    }

    /// <summary>Does a damage to a version on a drive; null where there is nothing that it could be done to.</summary>
    public InjectedDamage? Inject(DriveDamageKind kind, string drive, MadeVersion version)
    {
        string directory = Path.Combine(drive, version.Name.Path), file = Path.Combine(directory, XlMeta.FileName);
        InjectedDamage OfVersion(VerifyMode mode) => new(kind, drive, version.Name, version.VersionId, mode);
        InjectedDamage OfObject(VerifyMode mode) => new(kind, drive, version.Name, null, mode);
        switch (kind)
        {
            case DriveDamageKind.MissingMetadata:
                File.Delete(file);
                return OfObject(VerifyMode.Quick);
            case DriveDamageKind.EmptyMetadata:
                File.WriteAllBytes(file, []);
                return OfObject(VerifyMode.Quick);
            case DriveDamageKind.FlippedMetadataBit:
                FlipMetadata(file);
                return OfObject(VerifyMode.Normal);
            case DriveDamageKind.StaleMetadata:
                XlMetaBuilder builder = XlMetaBuilder.From(XlMeta.Parse(File.ReadAllBytes(file)));
                builder.Remove(version.VersionId);
                File.WriteAllBytes(file, builder.ToArray());
                return OfVersion(VerifyMode.Normal);
            case DriveDamageKind.MissingObject:
                // Objects whose keys go on below it are others.
                foreach (string name in DataDirectoryNames(file)) Directory.Delete(Path.Combine(directory, name), recursive: true);
                File.Delete(file);
                return OfObject(VerifyMode.Quick);
            case DriveDamageKind.FlippedInlineBit:
                FlipInline(file, version.VersionId);
                return OfVersion(VerifyMode.Normal);
            case DriveDamageKind.MissingDataDirectory:
                Directory.Delete(DataDirectory(drive, version), recursive: true);
                return OfVersion(VerifyMode.Quick);
            case DriveDamageKind.ExchangedShards:
                throw new ArgumentException("It takes two drives.", nameof(kind));
            default:
                return InjectIntoPart(kind, drive, version);
        }
    }

    /// <summary>Exchanges a part's shards between two drives of a set, each with its hashes.</summary>
    public static IReadOnlyList<InjectedDamage> ExchangeShards(string one, string other, MadeVersion version, int part)
    {
        string first = Path.Combine(DataDirectory(one, version), $"part.{part}"), second = Path.Combine(DataDirectory(other, version), $"part.{part}");
        byte[] kept = File.ReadAllBytes(first);
        File.WriteAllBytes(first, File.ReadAllBytes(second));
        File.WriteAllBytes(second, kept);
        return [.. new[] { one, other }.Select(drive => new InjectedDamage(DriveDamageKind.ExchangedShards, drive, version.Name, version.VersionId, VerifyMode.Deep))];
    }

    /// <summary>A kind of damage in words.</summary>
    public static string Name(DriveDamageKind kind) => kind switch
    {
        DriveDamageKind.FlippedBit => "flipped bit",
        DriveDamageKind.CutByOneByte => "cut by one byte",
        DriveDamageKind.OneByteMore => "one byte more",
        DriveDamageKind.StaleBlock => "stale block",
        DriveDamageKind.MissingPart => "missing part",
        DriveDamageKind.MissingDataDirectory => "missing data directory",
        DriveDamageKind.FlippedInlineBit => "flipped inline bit",
        DriveDamageKind.MissingMetadata => "missing metadata",
        DriveDamageKind.FlippedMetadataBit => "flipped metadata bit",
        DriveDamageKind.EmptyMetadata => "empty metadata",
        DriveDamageKind.StaleMetadata => "stale version",
        DriveDamageKind.MissingObject => "missing object",
        _ => "exchanged shards",
    };

    /// <summary>Where a version's shards lie on a drive.</summary>
    public static string DataDirectory(string drive, MadeVersion version)
    {
        string directory = Path.Combine(drive, version.Name.Path);
        XlMeta meta = XlMeta.Parse(File.ReadAllBytes(Path.Combine(directory, XlMeta.FileName)));
        return Path.Combine(directory, meta.Versions.Single(held => held.Header.VersionId == version.VersionId).ReadBody().Object!.DataDirName);
    }

    private static IEnumerable<string> DataDirectoryNames(string file) => XlMeta.Parse(File.ReadAllBytes(file)).Versions
        .Select(version => version.ReadBody().Object?.DataDirName ?? "")
        .Where(name => name.Length > 0 && Directory.Exists(Path.Combine(Path.GetDirectoryName(file)!, name))).Distinct();

    private InjectedDamage? InjectIntoPart(DriveDamageKind kind, string drive, MadeVersion version)
    {
        string[] parts = Directory.GetFiles(DataDirectory(drive, version), "part.*");
        Array.Sort(parts, StringComparer.Ordinal);
        string part = parts[random.Next(parts.Length)];
        using FileStream file = File.Open(part, FileMode.Open);
        VerifyMode foundAt = VerifyMode.Normal;
        switch (kind)
        {
            case DriveDamageKind.FlippedBit:
                FlipBit(file, random.NextInt64(file.Length));
                foundAt = VerifyMode.Deep;
                break;
            case DriveDamageKind.StaleBlock:
                if (!CopyBlock(file, drive, version)) return null;
                foundAt = VerifyMode.Deep;
                break;
            case DriveDamageKind.CutByOneByte:
                file.SetLength(file.Length - 1);
                break;
            case DriveDamageKind.OneByteMore:
                file.SetLength(file.Length + 1);
                break;
            default:
                file.Dispose();
                File.Delete(part);
                // Of a single part nothing is left but the directory's name, which is all that Quick looks at.
                break;
        }

        return new(kind, drive, version.Name, version.VersionId, foundAt);
    }

    private void FlipBit(FileStream file, long at)
    {
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1 << random.Next(8)));
    }

    private static bool CopyBlock(FileStream file, string drive, MadeVersion version)
    {
        XlMeta meta = XlMeta.Parse(File.ReadAllBytes(Path.Combine(drive, version.Name.Path, XlMeta.FileName)));
        XlObject content = meta.Versions.Single(held => held.Header.VersionId == version.VersionId).ReadBody().Object!;
        int block = (int)((content.BlockSize + content.Data - 1) / content.Data) + 32;
        if (file.Length < 2L * block) return false;
        byte[] first = new byte[block], second = new byte[block];
        file.ReadExactly(first);
        file.ReadExactly(second);
        if (first.AsSpan().SequenceEqual(second)) return false;
        file.Position = 0;
        file.Write(second);
        return true;
    }

    /// <summary>Within the metadata section, which has a checksum.</summary>
    private void FlipMetadata(string path)
    {
        using FileStream file = File.Open(path, FileMode.Open);
        byte[] head = new byte[13];
        file.ReadExactly(head);
        int section = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(9));
        FlipBit(file, 13 + random.Next(section));
    }

    private void FlipInline(string path, Guid versionId)
    {
        byte[] bytes = File.ReadAllBytes(path);
        XlMeta meta = XlMeta.Parse(bytes);
        XlObject content = meta.Versions.Single(held => held.Header.VersionId == versionId).ReadBody().Object!;
        if (!meta.Inline.TryFind(versionId, content.DataDir, out ReadOnlyMemory<byte> shard)) throw new InvalidOperationException($"{path} has no inline shard of version {versionId}.");
        byte[] changed = shard.ToArray();
        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(path, XlMetaBuilder.From(meta).SetInline(versionId, changed).ToArray());
    }
}
