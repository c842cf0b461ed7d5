using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Commands;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

public sealed class CommandMoverTests
{
    private const string WholeCopytool = "case $WEIR_ACTION in archive) cat >\"$0/$WEIR_FID\";; restore) cat \"$0/$WEIR_FID\";; remove) rm -f \"$0/$WEIR_FID\";; esac";

    [Fact]
    public void A_program_of_one_line_is_a_whole_copytool()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", WholeCopytool, stage.ArchivePath);
        byte[] content = stage.Write(1, 2_000_000);
        Assert.Equal((0, 2_000_000L), (stage.Run(HsmAction.Archive, 1) is var report ? report.Errno : 0, report.Bytes));
        string copy = Path.Combine(stage.ArchivePath, MoverStage.Fid(1).ToString());
        Assert.Equal(content, File.ReadAllBytes(copy));
        File.WriteAllBytes(stage.PathOf(1), []);
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal(content, File.ReadAllBytes(stage.PathOf(1)));
        Assert.Equal(0, stage.Run(HsmAction.Remove, 1).Errno);
        Assert.Empty(stage.ArchiveFiles);
    }

    [Theory]
    [InlineData(1, MoverErrno.InputOutput)]
    [InlineData(2, MoverErrno.NoEntry)]
    [InlineData(75, MoverErrno.TryAgain)]
    [InlineData(255, MoverErrno.InputOutput)]
    public void Exit_codes_mean_errors(int code, int errno)
    {
        using var stage = new MoverStage { Options = new() { Retries = new() { Retries = 0 } } };
        Use(stage, "sh", "-c", $"echo some; echo the reason >&2; exit {code}");
        stage.Write(1, 10);
        ActionReport report = stage.Run(HsmAction.Archive, 1);
        Assert.Equal(errno, report.Errno);
        Assert.EndsWith($"exit code {code}: the reason", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_attempt_reads_the_file_from_its_beginning()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", "cat >\"$0/copy\"; test -e \"$0/again\" || {{ touch \"$0/again\"; exit 75; }}", stage.ArchivePath);
        byte[] content = stage.Write(1, 300_000);
        Assert.Equal((0, 2), (stage.Run(HsmAction.Archive, 1) is var report ? report.Errno : 0, report.Attempts));
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(stage.ArchivePath, "copy")));
    }

    [Fact]
    public void A_restore_that_fails_leaves_the_file_alone_and_the_next_attempt_begins_anew()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", "printf 'the whole content'; test -e \"$0/again\" || {{ touch \"$0/again\"; exit 75; }}", stage.ArchivePath);
        File.WriteAllText(stage.PathOf(1), "");
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal("the whole content", File.ReadAllText(stage.PathOf(1)));

        File.WriteAllText(stage.PathOf(2), "of another size than what is written");
        Assert.Equal(MoverErrno.InputOutput, stage.Run(HsmAction.Restore, 2).Errno);
        Assert.Equal("of another size than what is written", File.ReadAllText(stage.PathOf(2)));
    }

    [Fact]
    public void Arguments_are_never_seen_by_a_shell()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", "printf '%s\\n' \"$@\" \"$WEIR_DATA\" \"$WEIR_DATA_HEX\" \"$WEIR_PATH\" >\"$0/said\"", stage.ArchivePath, "{data}", "{path}", "a{{b}}", "{fid} {action} {archive_id}");
        stage.Write(1, 10);
        byte[] data = [.. "$(touch /tmp/x); `id` \"'*"u8, 0, 0];
        Assert.Equal(0, stage.Run(stage.Request(HsmAction.Archive, 1) with { Data = data }).Errno);
        Assert.Equal(
            ["$(touch /tmp/x); `id` \"'*", $"{stage.MountPoint}/dir/file 1", "a{b}", "0x200000401:0x1:0x0 archive 1", "$(touch /tmp/x); `id` \"'*", Convert.ToHexStringLower(data[..^2]), $"{stage.MountPoint}/dir/file 1"],
            File.ReadAllLines(Path.Combine(stage.ArchivePath, "said")));
    }

    [Fact]
    public void Data_that_cannot_be_an_argument_is_refused_and_stands_in_hex()
    {
        using var stage = new MoverStage();
        Use(stage, "true", "{data}");
        stage.Write(1, 10);
        Assert.Equal(MoverErrno.Invalid, stage.Run(stage.Request(HsmAction.Archive, 1) with { Data = new byte[] { 65, 0, 66 } }).Errno);
        using var other = new MoverStage();
        Use(other, "sh", "-c", "test -z \"${{WEIR_DATA+set}}\" && test $WEIR_DATA_HEX = 410042ff");
        other.Write(1, 10);
        Assert.Equal(0, other.Run(other.Request(HsmAction.Archive, 1) with { Data = new byte[] { 65, 0, 66, 255 } }).Errno);
    }

    [Fact]
    public void A_program_that_is_not_there_is_an_error_and_no_more()
    {
        using var stage = new MoverStage();
        Use(stage, "/nonexistent/program");
        stage.Write(1, 10);
        ActionReport report = stage.Run(HsmAction.Archive, 1);
        Assert.Equal(MoverErrno.NoEntry, report.Errno);
        Assert.Contains("/nonexistent/program", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_takes_too_long_is_ended_with_all_that_it_started()
    {
        using var stage = new MoverStage { Options = new() { Retries = new() { Retries = 0 } } };
        stage.Custom = new CommandMover(
            new() { Words = ["sh", "-c", "trap '' TERM; sleep 1000 & echo $! >\"$0/pid\"; wait; sleep 1000", stage.ArchivePath], Timeout = TimeSpan.FromMilliseconds(500), KillDelay = TimeSpan.FromMilliseconds(200) },
            NullLogger.Instance, TimeProvider.System);
        stage.Write(1, 10);
        Assert.Equal(MoverErrno.TimedOut, stage.Run(HsmAction.Archive, 1).Errno);
        AssertEnded(stage);
    }

    [Fact]
    public void A_cancelled_program_is_ended_with_all_that_it_started()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", "sleep 1000 & echo $! >\"$0/pid.new\"; mv \"$0/pid.new\" \"$0/pid\"; wait", stage.ArchivePath);
        stage.Write(1, 10);
        stage.Progress = _ => File.Exists(Path.Combine(stage.ArchivePath, "pid")) ? MoverErrno.Cancelled : 0;
        Assert.Equal(MoverErrno.Cancelled, stage.Run(HsmAction.Archive, 1).Errno);
        AssertEnded(stage);
    }

    [Fact]
    public void A_program_that_floods_and_closes_its_output_does_no_harm()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", "yes 'a long line of nothing' | head -c 3000000 >&2; exec 1>&- 2>&-; sleep 0.2; exit 0");
        stage.Write(1, 10);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
    }

    [Fact]
    public void A_file_that_changes_while_a_program_reads_it_is_archived_again()
    {
        using var stage = new MoverStage();
        Use(stage, "sh", "-c", "cat >\"$0/copy\"; test -e \"$0/again\" || {{ touch \"$0/again\"; printf more >>\"$1\"; }}", stage.ArchivePath, stage.PathOf(1));
        stage.Write(1, 1000);
        Assert.Equal((0, 2), (stage.Run(HsmAction.Archive, 1) is var report ? report.Errno : 0, report.Attempts));
        Assert.Equal(File.ReadAllBytes(stage.PathOf(1)), File.ReadAllBytes(Path.Combine(stage.ArchivePath, "copy")));
    }

    [Fact]
    public void A_program_has_the_three_descriptors_and_no_others()
    {
        using var stage = new MoverStage();
        using FileStream ours = File.OpenRead("/dev/null");
        Use(stage, "sh", "-c", "ls /proc/self/fd | grep -v '^3$' | tr '\\n' ' ' >\"$0/fds\"", stage.ArchivePath);
        stage.Write(1, 10);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        Assert.Equal("0 1 2 ", File.ReadAllText(Path.Combine(stage.ArchivePath, "fds")));
    }

    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("a 'b c' \"d e\"f", "a|b c|d ef")]
    [InlineData(@"a\ b '\' ""\""\\x""", @"a b|\|""\x")]
    [InlineData("a ''", "a|")]
    [InlineData(" $HOME | * ", "$HOME|||*")]
    public void A_line_is_split_into_words(string line, string words) => Assert.Equal(words.Replace("|||", "|\u0001|", StringComparison.Ordinal).Split('|').Select(word => word.Replace('\u0001', '|')), CommandWords.Split(line));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    public void What_is_no_command_is_refused(string line) => Assert.Throws<FormatException>(() => CommandWords.Split(line));

    [Theory]
    [InlineData("{fid}", true)]
    [InlineData("{{fid}}", true)]
    [InlineData("{name}", false)]
    [InlineData("{fid", false)]
    [InlineData("{}", false)]
    public void Placeholders_are_checked_before_they_are_used(string word, bool isRight) => Assert.Equal(isRight, CommandTemplate.Check([word]) is null);

    [Theory]
    [InlineData("2=ENOENT", 2, MoverErrno.NoEntry)]
    [InlineData("255=5", 255, MoverErrno.InputOutput)]
    public void Exit_codes_are_written_with_names_or_numbers(string text, int code, int errno) => Assert.Equal(new(code, errno), ExitCodes.Parse(text));

    [Theory]
    [InlineData("0=EIO")]
    [InlineData("256=EIO")]
    [InlineData("2=EWHAT")]
    [InlineData("2=0")]
    [InlineData("=EIO")]
    [InlineData("2")]
    public void What_is_no_exit_code_is_refused(string text) => Assert.Throws<FormatException>(() => ExitCodes.Parse(text));

    private static void Use(MoverStage stage, params string[] words) => stage.Custom = new CommandMover(
        new() { Words = words, ExitCodes = new(new Dictionary<int, int> { [2] = MoverErrno.NoEntry }) }, NullLogger.Instance, TimeProvider.System);

    /// <summary>The grandchild is gone, or is a zombie that whoever inherited it has not waited for.</summary>
    private static void AssertEnded(MoverStage stage)
    {
        string pid = File.ReadAllText(Path.Combine(stage.ArchivePath, "pid")).Trim();
        long start = Stopwatch.GetTimestamp();
        while (IsRunning(pid)) Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"process {pid} lives on");
    }

    private static bool IsRunning(string pid)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
