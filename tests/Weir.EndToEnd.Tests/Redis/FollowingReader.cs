using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Weir.Cli.Tests.Processes;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>A process that follows topics and prints an object a line; its lines are kept as they come.</summary>
internal sealed class FollowingReader : IDisposable
{
    private readonly WeirProcess _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _reading;
    private readonly Task<string> _messages;

    public FollowingReader(string feed, params string[] words)
    {
        _process = new(feed, words);
        _messages = _process.Error.ReadToEndAsync(CancellationToken.None);
        _reading = Task.Run(async () =>
        {
            while (await _process.Out.ReadLineAsync(CancellationToken.None) is { } line) _lines.Enqueue(line);
        });
    }

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Ends it in order and returns what it said beside its data.</summary>
    public async Task<string> StopAsync()
    {
        await _process.SignalAsync("TERM");
        int exitCode = await _process.WaitForExitAsync();
        await _reading;
        string messages = await _messages;
        Assert.True(exitCode == 0, $"exit code {exitCode}: {messages}");
        return messages;
    }

    /// <summary>
    /// The live actions by what 'hsm tail --json' told, each as MDT, cookie, action and status. A NEW for what is live, or a PURGED for what is
    /// not, is something told twice.
    /// </summary>
    public SortedSet<string> Live(out List<string> twice)
    {
        var live = new Dictionary<(string Mdt, string Cookie, bool IsCancel), string>();
        twice = [];
        foreach (string line in _lines)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            (string, string, bool) key = (Text("mdt"), Text("cookie"), Text("action") == "CANCEL");
            bool isKnown = live.ContainsKey(key);
            switch (Text("event_type"))
            {
                case "PURGED":
                    if (!live.Remove(key)) twice.Add(line);
                    break;
                case "NEW" when isKnown:
                    twice.Add(line);
                    break;
                default:
                    live[key] = Describe(Text("mdt"), Text("cookie"), Text("action"), Text("status"));
                    break;
            }
        }

        return new(live.Values, StringComparer.Ordinal);
    }

    /// <summary>The ids by topic as 'feed tail --json' told them, in its order.</summary>
    public Dictionary<string, List<string>> Ids()
    {
        var ids = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string line in _lines)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            string source = json.RootElement.GetProperty("source").GetString()!;
            if (!ids.TryGetValue(source, out List<string>? list)) ids[source] = list = [];
            list.Add(json.RootElement.GetProperty("id").GetString()!);
        }

        return ids;
    }

    public static string Describe(string mdt, string cookie, string action, string status) =>
        new StringBuilder(mdt).Append(' ').Append(cookie).Append(' ').Append(action).Append(' ').Append(status).ToString();

    public void Dispose() => _process.Dispose();
}
