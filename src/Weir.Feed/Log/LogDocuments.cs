using System.Buffers.Binary;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// The documents of an embedded log: a file each, replaced atomically under the short lock of its collection, by any process.
/// Format: docs/feed-log.md.
/// </summary>
internal sealed class LogDocuments(FeedDirectory directory, LogEngineOptions options) : IFeedDocuments
{
    private const int HeaderBytes = 32;
    private const uint Magic = 0x434f_4457; // "WDOC"
    private const uint Version = 1;
    private const string LockName = "%lock";

    public ValueTask<FeedDocument?> ReadAsync(string collection, string name, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(collection, name);
        return ValueTask.FromResult(Guard(() => Read(collection, name), $"read document '{name}' of '{collection}'"));
    }

    public ValueTask<IReadOnlyList<FeedDocument>> ListAsync(string collection, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(collection, "collection");
        return ValueTask.FromResult(Guard<IReadOnlyList<FeedDocument>>(() => List(collection), $"list the documents of '{collection}'"));
    }

    public async ValueTask<bool> TryWriteAsync(
        string collection, string name, ReadOnlyMemory<byte> content, FeedDocument? replacing, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(collection, name);
        FeedDocument.ThrowIfTooLarge(name, content);
        string what = $"write document '{name}' of '{collection}'";
        try
        {
            if (!directory.CheckFormat()) directory.Prepare();
            string path = directory.DocumentsPath(collection);
            directory.Disk.CreateDirectory(path);

            // A killed process may have made the directories and not have made that durable.
            directory.Disk.SyncDirectory(directory.Root);
            directory.Disk.SyncDirectory(Path.GetDirectoryName(path)!);
            using IDisposable held = await LockAsync(path, cancellationToken);
            if (!IsSame(Read(collection, name), replacing)) return false;
            Replace(path, name, content.Span);
            return true;
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, what);
        }
    }

    public async ValueTask<bool> TryDeleteAsync(string collection, FeedDocument replacing, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replacing);
        ThrowIfInvalid(collection, replacing.Name);
        try
        {
            directory.CheckFormat();
            string path = directory.DocumentsPath(collection);
            if (!directory.Disk.DirectoryExists(path)) return false;
            using IDisposable held = await LockAsync(path, cancellationToken);
            if (!IsSame(Read(collection, replacing.Name), replacing))
            {
                // Who deleted it may have been killed before that was durable.
                directory.Disk.SyncDirectory(path);
                return false;
            }

            directory.Disk.Delete(Path.Combine(path, TopicName.Escape(replacing.Name)));
            directory.Disk.SyncDirectory(path);
            return true;
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, $"delete document '{replacing.Name}' of '{collection}'");
        }
    }

    private static bool IsSame(FeedDocument? there, FeedDocument? expected) => (there, expected) switch
    {
        (null, null) => true,
        ({ } a, { } b) => a.IsDamaged == b.IsDamaged && a.Content.Span.SequenceEqual(b.Content.Span),
        _ => false,
    };

    private static void ThrowIfInvalid(string collection, string name)
    {
        TopicName.ThrowIfInvalid(collection, "collection");
        TopicName.ThrowIfInvalid(name, "document");
    }

    private List<FeedDocument> List(string collection)
    {
        directory.CheckFormat();
        var documents = new List<FeedDocument>();
        foreach (string entry in directory.Disk.List(directory.DocumentsPath(collection)))
        {
            if (entry.EndsWith(SmallFile.TemporarySuffix, StringComparison.Ordinal) || entry == LockName || TopicName.Unescape(entry) is not { } name) continue;
            if (Read(collection, name) is { } document) documents.Add(document);
        }

        documents.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return documents;
    }

    private FeedDocument? Read(string collection, string name)
    {
        directory.CheckFormat();
        string path = Path.Combine(directory.DocumentsPath(collection), TopicName.Escape(name));
        using IDiskFile? file = directory.Disk.OpenRead(path);
        if (file is null) return null;
        var bytes = new byte[Math.Min(file.Length, HeaderBytes + FeedDocument.MaxBytes + 1)];
        int read = file.Read(bytes, 0);
        ReadOnlySpan<byte> header = bytes.AsSpan(0, Math.Min(read, HeaderBytes));
        bool isIntact = read >= HeaderBytes && read <= HeaderBytes + FeedDocument.MaxBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(header) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == Crc32C.Compute(bytes.AsSpan(8, read - 8))
            && BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == read - HeaderBytes;
        if (!isIntact)
        {
            FeedLog.DocumentDamaged(options.Logger, path);
            return new(name, bytes.AsMemory(Math.Min(read, HeaderBytes)..read), IsDamaged: true);
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version > Version) throw new FeedException($"{path} has version {version}; this program knows versions up to {Version}. Use the Weir that wrote it, or a newer one.");
        return new(name, bytes.AsMemory(HeaderBytes..read));
    }

    private void Replace(string inDirectory, string name, ReadOnlySpan<byte> content)
    {
        var bytes = new byte[HeaderBytes + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)content.Length);
        content.CopyTo(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Compute(bytes.AsSpan(8)));
        SmallFile.Replace(directory.Disk, Path.Combine(inDirectory, TopicName.Escape(name)), bytes);
    }

    private ValueTask<IDisposable> LockAsync(string path, CancellationToken cancellationToken) =>
        ShortLock.TakeAsync(Path.Combine(path, LockName), "the documents", directory.Disk, options, cancellationToken);

    private T Guard<T>(Func<T> action, string what)
    {
        try
        {
            return action();
        }
        catch (IOException failed) when (failed is not FeedException)
        {
            throw Explain(failed, what);
        }
    }

    private FeedException Explain(IOException failed, string what) => failed is DiskFullException
        ? new FeedFullException($"No room to {what} in {directory.Root}: free some room, then try again.", failed)
        : new FeedException($"Cannot {what} in {directory.Root}: {failed.Message}", failed);
}
