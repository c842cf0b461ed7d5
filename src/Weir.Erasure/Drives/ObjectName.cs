using System.Text;
using Weir.Erasure.Coding;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>
/// A bucket and a key, as they lie on drives: each part of the key is a directory, and a key that ends in "/" has the suffix
/// <c>__XLDIR__</c> instead.
/// </summary>
public sealed record ObjectName
{
    private const string DirectorySuffix = "__XLDIR__";
    private const int MaxKeyBytes = 1024;
    private const int MaxComponentBytes = 255;

    private ObjectName(string bucket, string storedKey, string key)
    {
        Bucket = bucket;
        StoredKey = storedKey;
        Key = key;
    }

    public string Bucket { get; }

    /// <summary>The key as clients write it.</summary>
    public string Key { get; }

    /// <summary>The key as it lies on drives, which is also what the placement hash takes.</summary>
    public string StoredKey { get; }

    /// <summary>The object's directory below a drive's root.</summary>
    public string Path => $"{Bucket}/{StoredKey}";

    /// <summary>From "bucket/key". Objects of the servers' own (".minio.sys/…") are allowed.</summary>
    /// <exception cref="ArgumentException">It names no object, or could lead out of the drive.</exception>
    public static ObjectName Parse(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1) throw new ArgumentException($"'{path}' is no BUCKET/KEY.", nameof(path));
        return Create(path[..slash], path[(slash + 1)..]);
    }

    /// <exception cref="ArgumentException">They name no object, or could lead out of the drive.</exception>
    public static ObjectName Create(string bucket, string key)
    {
        string stored = key.EndsWith('/') ? key[..^1] + DirectorySuffix : key;
        CheckComponent(bucket, "bucket");
        if (Encoding.UTF8.GetByteCount(key) > MaxKeyBytes) throw new ArgumentException($"The key has more than {MaxKeyBytes} bytes.", nameof(key));
        foreach (string component in stored.Split('/')) CheckComponent(component, "key");
        return new(bucket, stored, key);
    }

    /// <summary>From the path of an object's directory below a drive's root.</summary>
    /// <exception cref="ArgumentException">No object can lie there.</exception>
    public static ObjectName FromDirectory(string bucket, string storedKey)
    {
        if (!storedKey.EndsWith(DirectorySuffix, StringComparison.Ordinal)) return Create(bucket, storedKey);
        return Create(bucket, storedKey[..^DirectorySuffix.Length] + "/");
    }

    public override string ToString() => $"{Bucket}/{Key}";

    /// <summary>The set that the object belongs to.</summary>
    public int ChooseSet(FormatJson format)
    {
        byte[] name = Encoding.UTF8.GetBytes(StoredKey);
        if (format.Algorithm.IsCrc()) return (int)(Crc32.Compute(name) % (uint)format.Sets.Count);
        Span<byte> id = stackalloc byte[16];
        format.DeploymentId.TryWriteBytes(id, bigEndian: true, out _);
        ulong hash = SipHash.Hash(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(id), System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(id[8..]), name);
        return (int)(hash % (ulong)format.Sets.Count);
    }

    /// <summary>The shard that a new object has at each position of its set, from 1. Existing objects say it themselves.</summary>
    public int[] ChooseDistribution(int drives)
    {
        uint start = Crc32.Compute(Encoding.UTF8.GetBytes(Path)) % (uint)drives;
        int[] distribution = new int[drives];
        for (int i = 1; i <= drives; i++) distribution[i - 1] = 1 + (int)((start + (uint)i) % (uint)drives);
        return distribution;
    }

    private static void CheckComponent(string component, string what)
    {
        if (component.Length == 0 || component is "." or ".." || component.AsSpan().ContainsAny('\0', '/') || Encoding.UTF8.GetByteCount(component) > MaxComponentBytes)
        {
            throw new ArgumentException($"'{component}' cannot be part of a {what}: it is empty, '.' or '..', too long, or has a forbidden character.", nameof(component));
        }
    }
}
