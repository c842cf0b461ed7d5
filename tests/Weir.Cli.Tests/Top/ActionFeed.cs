using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.Cli.Tests.Top;

/// <summary>A feed in a directory of its own, with HSM actions in it.</summary>
internal sealed class ActionFeed : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-top-").FullName;
    private readonly LogEngine _engine;
    private int _lines;

    public ActionFeed() => _engine = new(new LogEngineOptions { Directory = Path.Combine(_directory, "feed") });

    public string Url => $"file:{Path.Combine(_directory, "feed")}";

    /// <summary>Appends an event for each of some records.</summary>
    public async Task TellAsync(string mdt, string action, string status, int first, int count = 1, TimeSpan ago = default, string type = "UPDATE", int archive = 1, string? topic = null)
    {
        var batch = new RecordBatch();
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        long since = now - (long)ago.TotalSeconds;
        for (int record = first; record < first + count; record++)
        {
            string fid = string.Create(CultureInfo.InvariantCulture, $"0x200000401:0x{record:x}:0x0");
            string json = string.Create(CultureInfo.InvariantCulture, $$"""
                {"event_type":"{{type}}","action":"{{action}}","fid":"{{fid}}","status":"{{status}}","mdt":{{JsonSerializer.Serialize(mdt)}},"cat_idx":1,"rec_idx":{{record}},"timestamp":{{now}},"raw":"line {{_lines++}} archive#={{archive}}","action_key":"{{fid}}:{{action}}","first_seen":{{since}},"status_since":{{since}}}
                """);
            batch.Add(Utf8(type), Utf8(mdt), Utf8(fid), Utf8(json));
        }

        await _engine.AppendAsync(topic ?? $"hsm:actions:{mdt}", batch, cancellationToken: TestContext.Current.CancellationToken);
    }

    public async Task LoseAsync(string mdt, string host)
    {
        var batch = new RecordBatch();
        batch.Add("SOURCE_LOST"u8, Utf8(host), Utf8(mdt), "{}"u8);
        await _engine.AppendAsync("hsm:sources", batch, cancellationToken: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
