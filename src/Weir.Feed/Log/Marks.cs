using System.Buffers.Binary;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// The small file beside a topic's segments that any process may replace: the low-water mark, below which nothing is read
/// any more. It is replaced atomically and durably under the topic's short lock.
/// </summary>
internal sealed class Marks(FeedDirectory directory, LogEngineOptions options)
{
    private const int Bytes = 32;
    private const uint LowWaterMagic = 0x574f_4c57; // "WLOW"

    /// <summary>Nothing below is read; <see cref="RecordId.Zero"/> when nothing was trimmed.</summary>
    /// <exception cref="FeedException">The mark is damaged. What it said is not known, so nothing is hidden: see <see cref="FeedLog"/>.</exception>
    public RecordId LowWater(string topic) =>
        Read(Path.Combine(directory.TopicPath(topic), FeedDirectory.LowWaterName), LowWaterMagic) ?? RecordId.Zero;

    public async ValueTask<RecordId> RaiseLowWaterAsync(string topic, RecordId below, CancellationToken cancellationToken)
    {
        using IDisposable held = await LockAsync(topic, cancellationToken);
        RecordId current = LowWater(topic);
        string path = directory.TopicPath(topic);
        if (below <= current)
        {
            // Who raised it so far may have failed, or been killed, before it was durable.
            directory.Disk.SyncDirectory(path);
            return current;
        }

        Replace(Path.Combine(path, FeedDirectory.LowWaterName), LowWaterMagic, below);
        return below;
    }

    /// <summary>Whether the file holds an intact mark; null when there is no such file.</summary>
    public static bool? IsIntact(IDisk disk, string path)
    {
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return null;
        return TryRead(file, LowWaterMagic, out _);
    }

    private RecordId? Read(string path, uint magic)
    {
        using IDiskFile? file = directory.Disk.OpenRead(path);
        if (file is null) return null;
        if (TryRead(file, magic, out RecordId id)) return id;

        // A mark that cannot be read hides nothing and acknowledges nothing: records come again rather than get lost.
        FeedLog.MarkDamaged(options.Logger, path);
        return null;
    }

    private static bool TryRead(IDiskFile file, uint magic, out RecordId id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        id = default;
        if (file.Read(bytes, 0) != Bytes || file.Length != Bytes) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != magic) return false;
        if (Crc32C.Compute(bytes[8..]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])) return false;
        id = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
        return true;
    }

    private void Replace(string path, uint magic, RecordId id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, magic);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], id.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], id.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Crc32C.Compute(bytes[8..]));
        SmallFile.Replace(directory.Disk, path, bytes);
    }

    private ValueTask<IDisposable> LockAsync(string topic, CancellationToken cancellationToken) => ShortLock.TakeAsync(
        Path.Combine(directory.TopicPath(topic), FeedDirectory.MarksLockName), $"the marks of topic '{topic}'", directory.Disk, options, cancellationToken);
}
