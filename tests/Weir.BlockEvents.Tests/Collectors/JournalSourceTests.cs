using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Collectors.Journal;

namespace Weir.BlockEvents.Tests.Collectors;

public sealed class JournalSourceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-journal-").FullName;

    [Theory]
    [InlineData("1", "zstd")]
    [InlineData("0", "zstd")]
    [InlineData("0", "lz4")]
    [InlineData("1", "xz")]
    public void Every_message_that_was_written_is_read(string isCompact, string compression)
    {
        JournalMaker.SkipUnlessPossible();
        string[] messages = [.. Enumerable.Range(0, 3000).Select(i => i % 100 == 7 ? $"long {i} " + new string((char)('a' + (i % 26)), 3000) : $"message {i}")];
        Write("system.journal", messages, ("SYSTEMD_JOURNAL_COMPACT", isCompact), ("SYSTEMD_JOURNAL_COMPRESS", compression));
        using JournalSource source = Open();
        LineList lines = new LineList().ReadAll(source);
        Assert.Equal(messages, lines.Texts);
        Assert.Equal(0, lines.Lost);
        Assert.All(lines.Identifiers, identifier => Assert.Equal("kernel", identifier));
        Assert.Equal(1_700_000_000_000_000, lines.RealTimes[0]);
    }

    [Fact]
    public void The_same_is_read_as_journalctl_reads()
    {
        JournalMaker.SkipUnlessPossible();
        Write("system.journal", Enumerable.Range(0, 500).Select(i => $"m {i}"));
        string[] theirs = LoopDevices.LoopDevice.Run("journalctl", "--file", Path.Combine(_directory, "system.journal"), "-o", "cat", "--no-pager", "-q").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using JournalSource source = Open();
        Assert.Equal(theirs, new LineList().ReadAll(source).Texts);
        string cursor = LoopDevices.LoopDevice.Run("journalctl", "--file", Path.Combine(_directory, "system.journal"), "-n", "1", "--show-cursor", "-q", "--no-pager");
        Assert.EndsWith($"-- cursor: {source.Cursor}", cursor.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_goes_on_behind_a_cursor_also_in_files_that_came_since()
    {
        JournalMaker.SkipUnlessPossible();
        Write("system.journal", Enumerable.Range(0, 100).Select(i => $"m {i}"));
        string cursor;
        using (JournalSource first = Open(batch: 40))
        {
            var sink = new LineList();
            Assert.True(first.Read(sink));
            Assert.Equal(40, sink.Texts.Count);
            cursor = first.Cursor;
        }

        JournalMaker.Write(Path.Combine(_directory, "remote-other.journal"), [JournalMaker.Entry(5, "other, before"), JournalMaker.Entry(5000, "other, after")]);
        using JournalSource second = Open(cursor);
        LineList lines = new LineList().ReadAll(second);
        Assert.Equal([.. Enumerable.Range(40, 60).Select(i => $"m {i}"), "other, after"], lines.Texts.Order(StringComparer.Ordinal).OrderBy(text => text.StartsWith('o')));
    }

    [Fact]
    public async Task What_is_written_later_is_followed()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        Write("system.journal", ["before"]);
        using JournalSource source = new(new() { Directories = [_directory], FromEnd = true }, NullLogger.Instance);
        var lines = new LineList().ReadAll(source);
        Assert.Empty(lines.Texts);
        using Process writer = JournalMaker.Start(path);
        try
        {
            for (int i = 0; i < 3; i++)
            {
                await writer.StandardInput.WriteAsync(JournalMaker.Entry(10 + i, $"later {i}"));
                await writer.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
                while (lines.Texts.Count <= i)
                {
                    Assert.True(await source.WaitAsync(patience.Token));
                    lines.ReadAll(source);
                }
            }
        }
        finally
        {
            writer.StandardInput.Close();
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(["later 0", "later 1", "later 2"], lines.Texts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_damaged_journal_is_read_as_far_as_it_can_be(int seed)
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        Write("system.journal", Enumerable.Range(0, 2000).Select(i => $"m {i}"));
        byte[] bytes = File.ReadAllBytes(path);
        var random = new Random(seed);
        (int begin, int end) = Objects(bytes);
        for (int i = 0; i < 40; i++) bytes[random.Next(begin, end)] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(path, bytes);
        using JournalSource source = Open();
        LineList lines = new LineList().ReadAll(source);
        // Each flipped bit costs a line, or the entry that it is in; never the rest.
        Assert.InRange(lines.Texts.Distinct().Count(text => text.StartsWith("m ", StringComparison.Ordinal)), 1800, 2000);
    }

    [Fact]
    public void Damage_of_any_kind_ends()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        Write("system.journal", Enumerable.Range(0, 300).Select(i => $"m {i}"));
        byte[] whole = File.ReadAllBytes(path);
        (int begin, int end) = Objects(whole);
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. whole.AsSpan(0, end + 64)];
            for (int i = 0; i < 20; i++) bytes[random.Next(88, 256)] ^= (byte)random.Next(seed % 2 == 0 ? 1 : 256);
            for (int i = 0; i < 200; i++) bytes[random.Next(begin, end)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            using JournalSource source = Open();
            Assert.InRange(new LineList().ReadAll(source).Texts.Count, 0, 2000);
        }
    }

    [Fact]
    public void A_journal_that_is_cut_short_gives_what_is_left()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        Write("system.journal", Enumerable.Range(0, 2000).Select(i => $"m {i}"));
        (int begin, int end) = Objects(File.ReadAllBytes(path));
        using (FileStream file = File.OpenWrite(path)) file.SetLength((begin + end) / 2);
        using JournalSource source = Open();
        LineList lines = new LineList().ReadAll(source);
        Assert.InRange(lines.Texts.Count, 100, 2000);
        Assert.Equal("m 0", lines.Texts[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("LPKSHHRH")]
    [InlineData("not a journal at all, and longer than a header would be")]
    public void What_is_no_journal_is_passed_over(string content)
    {
        File.WriteAllText(Path.Combine(_directory, "system.journal"), content.PadRight(content.Length > 8 ? 4096 : 0, 'x'));
        using JournalSource source = Open();
        Assert.Empty(new LineList().ReadAll(source).Texts);
    }

    [Fact]
    public void Who_only_calls_itself_the_kernel_is_not_taken_for_it_and_own_events_are_no_lines()
    {
        JournalMaker.SkipUnlessPossible();
        JournalMaker.Write(Path.Combine(_directory, "system.journal"),
        [
            JournalMaker.Entry(1, "by the kernel", "_KERNEL_DEVICE=+scsi:6:0:0:0\n"),
            JournalMaker.Entry(2, "by a user").Replace("_TRANSPORT=kernel", "_TRANSPORT=syslog", StringComparison.Ordinal),
            JournalMaker.Entry(3, "an event", "IS_PERIPETY=TRUE\nJSON={\"event_type\":\"X\"}\n"),
        ]);
        using JournalSource source = Open();
        LineList lines = new LineList().ReadAll(source);
        Assert.Equal(["kernel", "unknown"], lines.Identifiers);
        Assert.Equal(["+scsi:6:0:0:0", ""], lines.Devices);
        using var events = new JournalEvents([_directory], fromEnd: false, NullLogger.Instance);
        var types = new List<string>();
        while (events.Read(Weir.BlockEvents.Events.EventFilter.All, one => types.Add(one.EventType)))
        {
            // All of them.
        }

        Assert.Equal(["X"], types);
    }

    [Fact]
    public void Programs_that_are_not_wanted_are_passed_over_and_the_place_behind_them_is_kept()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        string By(int number, string program) => JournalMaker.Entry(number, $"by {program} {number}")
            .Replace("_TRANSPORT=kernel", "_TRANSPORT=syslog", StringComparison.Ordinal).Replace("=kernel\n", $"={program}\n", StringComparison.Ordinal);
        JournalMaker.Write(path, Enumerable.Range(0, 600).Select(i => (i % 6) switch { 0 => JournalMaker.Entry(i, $"m {i}"), 1 => By(i, "smartd"), 2 => By(i, "kernel"), _ => By(i, "sshd") }));
        using JournalSource source = Open();
        var lines = new LineList { Wanted = { "smartd" } };
        lines.ReadAll(source);
        Assert.Equal(Enumerable.Range(0, 600).Where(i => i % 6 < 2).Select(i => i % 6 == 0 ? $"m {i}" : $"by smartd {i}"), lines.Texts);
        Assert.Equal(400, lines.Passed);
        Assert.Equal(600, source.EntryCount);
        string cursor = LoopDevices.LoopDevice.Run("journalctl", "--file", path, "-n", "1", "--show-cursor", "-q", "--no-pager");
        Assert.EndsWith($"-- cursor: {source.Cursor}", cursor.Trim(), StringComparison.Ordinal);

        // What is wanted is asked anew with each read.
        using JournalSource again = Open(batch: 1);
        var changing = new LineList { Wanted = { "nobody" } };
        Assert.True(again.Read(changing));
        Assert.Equal(["m 0"], changing.Texts);
        changing.Wanted[0] = "sshd";
        changing.ReadAll(again);
        Assert.Equal(300, changing.Texts.Count(text => text.StartsWith("by sshd", StringComparison.Ordinal)));
        Assert.Equal(200, changing.Passed);
    }

    [Fact]
    public void Each_entry_is_judged_by_its_own_fields_however_many_there_are()
    {
        JournalMaker.SkipUnlessPossible();
        // More programs than the reader remembers at once, each with a few entries.
        const int Programs = 6000;
        string path = Path.Combine(_directory, "system.journal");
        JournalMaker.Write(path, Enumerable.Range(0, Programs * 2).Select(i => JournalMaker.Entry(i, $"m {i}")
            .Replace("_TRANSPORT=kernel", "_TRANSPORT=syslog", StringComparison.Ordinal).Replace("=kernel\n", $"=p{i % Programs}\n", StringComparison.Ordinal)));
        string[] wanted = [.. Enumerable.Range(0, 50).Select(i => $"p{i * 97}")];
        using JournalSource source = Open(batch: 512);
        var lines = new LineList();
        lines.Wanted.AddRange(wanted);
        lines.ReadAll(source);
        Assert.Equal(Enumerable.Range(0, 2).SelectMany(round => Enumerable.Range(0, 50).Select(i => $"m {(i * 97) + (round * Programs)}")), lines.Texts);
        Assert.Equal((Programs * 2) - 100, lines.Passed);
    }

    [Fact]
    public void A_cursor_is_written_as_it_is_read()
    {
        const string Text = "s=0123456789abcdef0123456789abcdef;i=1f;b=fedcba9876543210fedcba9876543210;m=2a;t=5f;x=7b";
        Assert.True(JournalCursor.TryParse(Text, out JournalCursor cursor));
        Assert.Equal(Text, cursor.ToString());
        Assert.All((string?[])[null, "", "x", "s=1", "i=1f", "s=0123456789abcdef0123456789abcdef", Text + ";"], bad => Assert.False(JournalCursor.TryParse(bad, out _)));
    }

    /// <summary>Where the objects lie, behind the header and the hash tables.</summary>
    private static (int Begin, int End) Objects(byte[] file)
    {
        int Read(int at) => (int)BitConverter.ToInt64(file, at);
        return (Math.Max(Read(104) + Read(112), Read(120) + Read(128)), Read(136));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Write(string name, IEnumerable<string> messages, params (string, string)[] environment) =>
        JournalMaker.Write(Path.Combine(_directory, name), messages.Select((message, i) => JournalMaker.Entry(i, message)), environment);

    private JournalSource Open(string cursor = "", int batch = 256) => new(new() { Directories = [_directory], FromEnd = false, Cursor = cursor, BatchEntries = batch }, NullLogger.Instance);
}
