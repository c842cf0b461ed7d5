using System.Globalization;
using System.Text;
using Weir.Cli.Tests.Verbs.Feed;

namespace Weir.Cli.Tests.Verbs.Hsm;

/// <summary>A feed with topics of actions in it.</summary>
public abstract class ActionFeed : FeedFixture
{
    protected const string Mdt = "lab-MDT0000";
    protected const string Topic = "hsm:actions:" + Mdt;

    /// <summary>A line of hsm/actions.</summary>
    protected static string Line(int number, string status = "WAITING", string action = "ARCHIVE") => string.Create(
        CultureInfo.InvariantCulture,
        $"lrh=[type=10680000 len=136 idx=1/{number}] fid=[0x200000401:0x{number:x}:0x0] dfid=[0x200000401:0x{number:x}:0x0] compound/cookie=0x0/0x{number + 0x6912db00:x} action={action} archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status={status} data=[]");

    /// <summary>NEW as the second generation of the Python tools writes it, now.</summary>
    protected static string New(int number, string status = "WAITING", string action = "ARCHIVE", string type = "NEW") => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"event_type":"{{type}}","action":"{{action}}","fid":"0x200000401:0x{{number:x}}:0x0","status":"{{status}}","mdt":"{{Mdt}}","cat_idx":1,"rec_idx":{{number}},"timestamp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}},"raw":"{{Line(number, status, action)}}","action_key":"0x200000401:0x{{number:x}}:0x0:{{action}}"}""");

    protected static string Purged(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"event_type":"PURGED","mdt":"{{Mdt}}","cat_idx":1,"rec_idx":{{number}},"timestamp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}}}""");

    protected async Task AppendAsync(string topic, params string[] events)
    {
        Terminal.Input = Encoding.UTF8.GetBytes(string.Join('\n', events) + "\n");
        Outcome appended = await RunAsync("feed", "append", topic, "--type", "EVENT");

        // A process that another test is just starting has a copy of the last append's lock until it begins to run its program.
        for (int again = 0; again < 100 && appended.Error.Contains("is being written by", StringComparison.Ordinal); again++)
            appended = await RunAsync("feed", "append", topic, "--type", "EVENT");
        Assert.True(appended.ExitCode == 0, appended.Error);
    }
}
