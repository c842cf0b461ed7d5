using System.Text.Json;
using Weir.Cli.Tests.Verbs.Hsm;

namespace Weir.Cli.Tests.Processes;

/// <summary>The daemon as a process of its own, with a script called lfs on its PATH.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RestoreAheadProcessTests : ActionFeed
{
    /// <summary>Released are the files that have a sibling NAME in the directory "released".</summary>
    private const string Lfs = """
        verb=$1; shift
        printf '%s\n' "$verb $*" >> "$CALLS"
        case $verb in
          fid2path) echo "$MOUNT/set/part.00" ;;
          hsm_state)
            for f in "$@"; do
              if [ -e "$RELEASED/${f##*/}" ]; then echo "$f: (0x0000000d) released exists archived, archive_id:1"; else echo "$f: (0x00000009) exists archived, archive_id:1"; fi
            done ;;
          hsm_restore) : ;;
        esac
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => Path.GetDirectoryName(FeedDirectory)!;

    private string Calls => Path.Combine(Root, "calls");

    private string Released => Path.Combine(Root, "released");

    private IEnumerable<string> Asked => Script.LinesOf(Calls).Where(line => line.StartsWith("hsm_restore ", StringComparison.Ordinal))
        .SelectMany(line => line.Split(' ').Skip(1)).Select(path => Path.GetFileName(path)!);

    [Fact]
    public async Task Siblings_are_restored_in_batches_and_jobs_outlive_the_process()
    {
        await AppendAsync(Topic, New(1));
        Make(10);
        using (WeirProcess first = Start())
        {
            await BeginAsync(4);
            Assert.Equal(Names(1, 4), Asked);
            Assert.Equal((10, 4, 6), await ListedAsync(inFlight: 4));
            await first.SignalAsync("TERM");
            Assert.Equal(0, await first.WaitForExitAsync());
        }

        using WeirProcess second = Start();
        foreach (string name in Names(1, 4)) File.Delete(Path.Combine(Released, name));
        await Script.WaitForAsync(() => Asked.Count() >= 8, () => string.Join('\n', Script.LinesOf(Calls)));
        Assert.Equal(Names(1, 8), Asked);
        foreach (string name in Names(5, 6)) File.Delete(Path.Combine(Released, name));
        string said = "";
        while (await second.Error.ReadLineAsync(Cancellation) is { } line)
        {
            said += line + "\n";
            if (line.Contains("is done: ", StringComparison.Ordinal)) break;
        }

        // The last two turned out to be there when it was their turn.
        Assert.Contains("is done: 8 files restored, 0 failed, 2 had nothing to restore", said, StringComparison.Ordinal);
        Assert.Equal(Names(1, 8), Asked);
        Assert.Equal("no jobs\n", (await RunAsync("hsm", "restore-ahead", "--list")).Out);
        await second.SignalAsync("INT");
        Assert.Equal(0, await second.WaitForExitAsync());
    }

    [Fact]
    public async Task A_running_job_is_cancelled_from_outside()
    {
        await AppendAsync(Topic, New(1));
        Make(10);
        using WeirProcess daemon = Start();
        await BeginAsync(4);
        string id = (await RunAsync("hsm", "restore-ahead", "--list")).Out.Split(' ')[0];
        Assert.Equal(0, (await RunAsync("hsm", "restore-ahead", "--cancel", id)).ExitCode);
        while (await daemon.Error.ReadLineAsync(Cancellation) is { } line && !line.Contains("is cancelled", StringComparison.Ordinal))
        {
            // Until it has heard of it.
        }

        Assert.Equal("no jobs\n", (await RunAsync("hsm", "restore-ahead", "--list")).Out);
        Assert.Equal(Names(1, 4), Asked);
        Outcome again = await RunAsync("hsm", "restore-ahead", "--cancel", id);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains($"There is no job '{id}'", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_off_unless_it_is_configured()
    {
        await AppendAsync(Topic, New(1));
        Outcome outcome = await RunAsync("hsm", "restore-ahead", "--once");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("restoring ahead is off", outcome.Error, StringComparison.Ordinal);
        outcome = await RunAsync("hsm", "restore-ahead", "--once", "--pattern", "part");
        Assert.Contains("--mountpoint", outcome.Error, StringComparison.Ordinal);
        outcome = await RunAsync("hsm", "restore-ahead", "--once", "--pattern", "(", "--mountpoint", "/");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--pattern: '(' is no regular expression", outcome.Error, StringComparison.Ordinal);
        outcome = await RunAsync("hsm", "restore-ahead", "--once", "--pattern", "p", "--mountpoint", "/", "--batch-size", "4", "--resume-threshold", "5");
        Assert.Contains("5 is more than hsm.restore_ahead_batch_size (4)", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_lfs_it_says_so()
    {
        await AppendAsync(Topic, New(1));
        using var weir = new WeirProcess(
            $"file:{FeedDirectory}", "hsm", "restore-ahead", "--once", "--pattern", "p", "--mountpoint", Root);
        string said = await weir.Error.ReadToEndAsync(Cancellation);
        Assert.Equal(1, await weir.WaitForExitAsync());
        Assert.Contains("The program lfs cannot be run", said, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(int first, int count) => Enumerable.Range(first, count).Select(number => $"part.{number:00}");

    /// <summary>What is listed of the only job: files, in flight, remaining. Its file is written after lfs was asked, which is waited for.</summary>
    private async Task<(int Files, int InFlight, int Remaining)> ListedAsync(int inFlight)
    {
        var told = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            Outcome listed = await RunAsync("hsm", "restore-ahead", "--list", "--json");
            using JsonDocument job = JsonDocument.Parse(Assert.Single(listed.Lines));
            (int, int InFlight, int) said = (Number(job, "files"), Number(job, "in_flight"), Number(job, "remaining"));
            if (said.InFlight == inFlight || told.Elapsed > TimeSpan.FromSeconds(60)) return said;
        }
    }

    private static int Number(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetInt32();

    private void Make(int siblings)
    {
        Directory.CreateDirectory(Released);
        string set = Directory.CreateDirectory(Path.Combine(Root, "mnt", "set")).FullName;
        foreach (string name in Names(0, siblings + 1).Append("index"))
        {
            File.WriteAllText(Path.Combine(set, name), "");
            File.WriteAllText(Path.Combine(Released, name), "");
        }
    }

    private WeirProcess Start()
    {
        string bin = Path.GetDirectoryName(Script.Write(Path.Combine(Root, "bin"), "lfs", Lfs))!;
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}",
            ["CALLS"] = Calls,
            ["RELEASED"] = Released,
            ["MOUNT"] = Path.Combine(Root, "mnt"),
        };
        return new(
            $"file:{FeedDirectory}", variables, "hsm", "restore-ahead", "--pattern", "part\\.\\d+$", "--mountpoint", Path.Combine(Root, "mnt"),
            "--batch-size", "4", "--resume-threshold", "2", "--activation-threshold", "0", "--check-interval", "1s");
    }

    /// <summary>Restores begin, again and again, until the daemon looks and has asked for so many files.</summary>
    private async Task BeginAsync(int files)
    {
        int number = 100;
        var told = System.Diagnostics.Stopwatch.StartNew();
        while (Asked.Count() < files)
        {
            Assert.True(told.Elapsed < TimeSpan.FromSeconds(60), string.Join('\n', Script.LinesOf(Calls)));
            await AppendAsync(Topic, New(number++, action: "RESTORE"));
        }
    }
}
