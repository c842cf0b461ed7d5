using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Collectors.Journal;

namespace Weir.BlockEvents.Tests.Collectors;

/// <summary>Files that are written by systemd's own writer and then rotated in the way of journald, step by step.</summary>
public sealed class JournalRotationTests : IDisposable
{
    private const int EntryKind = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-rotation-").FullName;
    private readonly string _elsewhere = Directory.CreateTempSubdirectory("weir-rotation-").FullName;

    [Fact]
    public async Task A_file_is_followed_as_its_index_grows()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        JournalMaker.Write(path, [JournalMaker.Entry(0, "before")]);
        using JournalSource source = Open();
        var lines = new LineList();
        using Process writer = JournalMaker.Start(path);
        try
        {
            // Each array of entries is larger than the one before it: these are five, and each is met when it is the last.
            for (int i = 1; i <= 100; i++) await WriteAndFollowAsync(writer, source, lines, i);
        }
        finally
        {
            await EndAsync(writer);
        }

        Assert.Equal(Messages(1, 100), lines.ReadAll(source).Texts);
    }

    [Fact]
    public async Task Nothing_is_lost_or_repeated_when_a_file_is_renamed_and_another_takes_its_name()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal"), archive = Path.Combine(_directory, "system@0001-0002.journal");
        JournalMaker.Write(path, [JournalMaker.Entry(0, "before")]);
        using JournalSource source = Open();
        var lines = new LineList();
        using Process writer = JournalMaker.Start(path);
        try
        {
            for (int i = 1; i <= 10; i++) await WriteAndFollowAsync(writer, source, lines, i);
            // What comes last before the rotation is not read yet when the file is renamed.
            for (int i = 11; i <= 30; i++) await writer.StandardInput.WriteAsync(JournalMaker.Entry(i, $"m {i}"));
        }
        finally
        {
            await EndAsync(writer);
        }

        byte[] next = Next(path, 31, 60);
        File.Move(path, archive);
        // The new file is there before anything is in it, and then with a header and no entries.
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        string cursor = source.Cursor;
        await FollowAsync(source, lines, 30);
        Assert.Equal(Messages(1, 30), lines.Texts);
        SetArchived(archive);
        file.Write(next);
        file.Flush();
        await FollowAsync(source, lines, 60);
        Assert.Equal(Messages(1, 60), lines.ReadAll(source).Texts);
        Assert.Equal(0, lines.Lost);

        // Who goes on at a place in the file that was renamed gets the rest of both.
        using (JournalSource again = Open(cursor)) Assert.Equal(Messages(11, 60), new LineList().ReadAll(again).Texts);
        using JournalSource atEnd = Open(source.Cursor);
        Assert.Empty(new LineList().ReadAll(atEnd).Texts);
    }

    [Fact]
    public void The_end_of_the_old_file_comes_before_the_new_one_when_both_are_found_at_once()
    {
        JournalMaker.SkipUnlessPossible();
        string path = Path.Combine(_directory, "system.journal");
        JournalMaker.Write(path, [JournalMaker.Entry(0, "before")]);
        using JournalSource source = Open();
        JournalMaker.Write(path, Enumerable.Range(1, 30).Select(i => JournalMaker.Entry(i, $"m {i}")));
        byte[] next = Next(path, 31, 60);
        File.Move(path, Path.Combine(_directory, "system@0001-0002.journal"));
        File.WriteAllBytes(path, next);
        // Read as it is, without waiting: the source has the old file open, and knows of one entry in it.
        var lines = new LineList();
        Assert.True(SpinWait.SpinUntil(() => lines.ReadAll(source).Texts.Count >= 60, TimeSpan.FromSeconds(90)), $"{lines.Texts.Count} lines");
        Assert.Equal(Messages(1, 60), lines.Texts);
    }

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        Directory.Delete(_elsewhere, recursive: true);
    }

    private static IEnumerable<string> Messages(int first, int last) => Enumerable.Range(first, last - first + 1).Select(i => $"m {i}");

    private static async Task WriteAndFollowAsync(Process writer, JournalSource source, LineList lines, int number)
    {
        await writer.StandardInput.WriteAsync(JournalMaker.Entry(number, $"m {number}"));
        await writer.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await FollowAsync(source, lines, number);
    }

    private static async Task FollowAsync(JournalSource source, LineList lines, int count)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        while (lines.ReadAll(source).Texts.Count < count) Assert.True(await source.WaitAsync(patience.Token));
    }

    private static async Task EndAsync(Process writer)
    {
        writer.StandardInput.Close();
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static void SetArchived(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.Position = 16;
        file.WriteByte(2);
    }

    /// <summary>A file whose entries go on with the numbers of the one before it, as journald makes it from that one.</summary>
    private byte[] Next(string before, int first, int last)
    {
        string path = Path.Combine(_elsewhere, "next.journal");
        JournalMaker.Write(path, Enumerable.Range(first, last - first + 1).Select(i => JournalMaker.Entry(i, $"m {i}")));
        byte[] old = File.ReadAllBytes(before), bytes = File.ReadAllBytes(path);
        old.AsSpan(72, 16).CopyTo(bytes.AsSpan(72));
        long shift = BitConverter.ToInt64(old, 160);
        Add(160);
        Add(168);
        long tail = BitConverter.ToInt64(bytes, 136);
        for (long at = BitConverter.ToInt64(bytes, 88); at <= tail; at = (at + BitConverter.ToInt64(bytes, (int)at + 8) + 7) & ~7L)
        {
            if (bytes[at] == EntryKind) Add((int)at + 16);
        }

        return bytes;

        void Add(int at) => BitConverter.TryWriteBytes(bytes.AsSpan(at), BitConverter.ToInt64(bytes, at) + shift);
    }

    private JournalSource Open(string cursor = "") => new(new() { Directories = [_directory], FromEnd = true, Cursor = cursor }, NullLogger.Instance);
}
