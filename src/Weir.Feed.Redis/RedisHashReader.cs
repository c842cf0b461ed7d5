using System.Runtime.CompilerServices;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis;

/// <summary>Reads hashes that another program keeps on a server, by HSCAN. It changes nothing there.</summary>
public sealed class RedisHashReader : IAsyncDisposable
{
    private const string FieldsPerPage = "1000";

    private readonly RespConnection _connection;

    private RedisHashReader(RespConnection connection) => _connection = connection;

    /// <summary>Connects as the URL says: with its login, its database, and its certificates over TLS.</summary>
    /// <param name="url">One server; neither Sentinels nor a cluster.</param>
    /// <param name="time">For time-outs.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IOException">There is no connection, or the server refuses the login; the message says why.</exception>
    public static async Task<RedisHashReader> OpenAsync(RedisUrl url, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Mode != RedisMode.Single) throw new ArgumentException("Hashes are read from one server.", nameof(url));
        return new(await RespDialer.ConnectAsync(url.Endpoints[0], ServersFactory.Options(url, "weir-import") with { Time = time }, cancellationToken));
    }

    /// <summary>Every field with its value; one may come twice when the hash changes meanwhile. None when there is no such hash.</summary>
    /// <exception cref="IOException">The connection is lost, the key is no hash, or the server answers nonsense.</exception>
    public async IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ReadAsync(string key, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string cursor = "0";
        do
        {
            RespValue reply = await ScanAsync(key, cursor, cancellationToken);
            if (reply.Items is not [var next, { IsArray: true } fields]) throw new RespProtocolException("The server answered HSCAN in a way that cannot be understood.");
            for (int i = 0; i + 1 < fields.Items.Count; i += 2) yield return new(fields.Items[i].Bytes, fields.Items[i + 1].Bytes);
            cursor = next.Text;
        }
        while (cursor != "0");
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<RespValue> ScanAsync(string key, string cursor, CancellationToken cancellationToken)
    {
        using RespCall call = RespCall.Create("HSCAN", key, cursor, "COUNT", FieldsPerPage);
        _connection.Post(call);
        return await call.Outcome.WaitAsync(cancellationToken);
    }
}
