using System.Buffers.Binary;
using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Documents;

/// <summary>
/// Documents are fields of a hash, one for each collection: <c>weir:documents:&lt;collection&gt;</c>. A value is <c>WDOC</c>, the CRC-32C of
/// the content (little-endian) and the content. A script compares and sets in one step.
/// </summary>
internal sealed class RedisDocuments(RedisClient client) : IFeedDocuments
{
    private const string KeyPrefix = "weir:documents:";
    private const int HeaderBytes = 8;
    private const int MaxDocuments = 1_000_000;
    private const uint Magic = 0x434f_4457; // "WDOC"

    /// <summary>ARGV: the field; whether a value is expected, and which; whether one is to be set, and which.</summary>
    private const string CompareAndSet = """
        local now = redis.call('HGET', KEYS[1], ARGV[1])
        if ARGV[2] == '1' then
          if now ~= ARGV[3] then return 0 end
        elseif now then return 0 end
        if ARGV[4] == '1' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[5]) else redis.call('HDEL', KEYS[1], ARGV[1]) end
        return 1
        """;

    public async ValueTask<FeedDocument?> ReadAsync(string collection, string name, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(collection, name);
        try
        {
            // HEXISTS would be a second step; an absent field reads as an empty value, and no document has one.
            RespValue value = await client.CallAsync(Key(collection), cancellationToken, "HGET", Key(collection), name);
            return value.Bytes.Length == 0 ? null : Decode(name, value.Bytes);
        }
        catch (IOException failed)
        {
            throw RedisFailure.Explain(failed, $"read document '{name}' of '{collection}'", client.Address);
        }
    }

    public async ValueTask<IReadOnlyList<FeedDocument>> ListAsync(string collection, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(collection, "collection");
        try
        {
            var found = new Dictionary<string, FeedDocument>(StringComparer.Ordinal);
            string cursor = "0";
            do
            {
                RespValue reply = await client.CallAsync(Key(collection), cancellationToken, "HSCAN", Key(collection), cursor, "COUNT", "100");
                if (reply.Items is not [var next, var fields]) throw new RespProtocolException("The server answered HSCAN in a way that cannot be understood.");
                for (int i = 0; i + 1 < fields.Items.Count; i += 2)
                {
                    if (TopicName.IsValid(fields.Items[i].Text)) found[fields.Items[i].Text] = Decode(fields.Items[i].Text, fields.Items[i + 1].Bytes);
                }

                if (found.Count > MaxDocuments || (next.Text == cursor && cursor != "0")) throw new RespProtocolException($"The server does not come to an end of '{collection}'.");
                cursor = next.Text;
            }
            while (cursor != "0");
            return [.. found.Values.OrderBy(static document => document.Name, StringComparer.Ordinal)];
        }
        catch (IOException failed)
        {
            throw RedisFailure.Explain(failed, $"list the documents of '{collection}'", client.Address);
        }
    }

    public async ValueTask<bool> TryWriteAsync(
        string collection, string name, ReadOnlyMemory<byte> content, FeedDocument? replacing, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(collection, name);
        FeedDocument.ThrowIfTooLarge(name, content);
        return await SetAsync(collection, name, Encode(content), replacing, cancellationToken);
    }

    public async ValueTask<bool> TryDeleteAsync(string collection, FeedDocument replacing, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replacing);
        ThrowIfInvalid(collection, replacing.Name);
        return await SetAsync(collection, replacing.Name, null, replacing, cancellationToken);
    }

    private async Task<bool> SetAsync(string collection, string name, byte[]? value, FeedDocument? replacing, CancellationToken cancellationToken)
    {
        byte[] expected = replacing is null ? [] : replacing.IsDamaged ? replacing.Content.ToArray() : Encode(replacing.Content);
        ScriptArgument[] arguments = [name, replacing is null ? "0" : "1", expected, value is null ? "0" : "1", value ?? []];
        try
        {
            bool mayHaveRun = false;
            RespValue reply = await ServerScript.RunAsync(client, Key(collection), CompareAndSet, arguments, cancellationToken, () => mayHaveRun = true);
            if (reply.Integer == 1) return true;
            if (!mayHaveRun) return false;

            // A connection may have been lost behind a try that had succeeded: then it is what was to be written.
            FeedDocument? there = await ReadAsync(collection, name, cancellationToken);
            return value is null ? there is null && replacing is not null : there is { IsDamaged: false } && Encode(there.Content).AsSpan().SequenceEqual(value) && !IsSame(there, replacing);
        }
        catch (IOException failed)
        {
            throw RedisFailure.Explain(failed, $"write document '{name}' of '{collection}'", client.Address);
        }
    }

    private static bool IsSame(FeedDocument there, FeedDocument? other) =>
        other is not null && there.IsDamaged == other.IsDamaged && there.Content.Span.SequenceEqual(other.Content.Span);

    private static FeedDocument Decode(string name, byte[] value)
    {
        bool isIntact = value.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(value) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(4)) == Crc32C.Compute(value.AsSpan(HeaderBytes));
        return isIntact ? new(name, value.AsMemory(HeaderBytes)) : new(name, value, IsDamaged: true);
    }

    private static byte[] Encode(ReadOnlyMemory<byte> content)
    {
        var value = new byte[HeaderBytes + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), Crc32C.Compute(content.Span));
        content.Span.CopyTo(value.AsSpan(HeaderBytes));
        return value;
    }

    private static string Key(string collection) => KeyPrefix + collection;

    private static void ThrowIfInvalid(string collection, string name)
    {
        TopicName.ThrowIfInvalid(collection, "collection");
        TopicName.ThrowIfInvalid(name, "document");
    }
}
