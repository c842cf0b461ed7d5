using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

public sealed class HsmFileReaderTests
{
    private const string A = "idx=[1/1] action=ARCHIVE fid=[0xa] status=STARTED\n";
    private const string B = "idx=[1/2] action=RESTORE fid=[0xb] status=WAITING\n";

    [Fact]
    public void A_bare_file_has_no_mdt()
    {
        Reading reading = Read(A + B);
        Assert.Equal(["-:0xa", "-:0xb"], reading.Lines);
        Assert.False(reading.IsIncomplete);
        Assert.Equal(0, reading.Skipped.Total);
    }

    [Fact]
    public void Headers_of_get_param_name_the_mdt_of_the_lines_below()
    {
        Reading reading = Read($"mdt.fs-MDT0000.hsm.actions=\n{A}mdt.fs-MDT0001.hsm.actions=\nmdt.fs-MDT0002.hsm.agent_actions=\n{B}");
        Assert.Equal(["fs-MDT0000:0xa", "fs-MDT0002:0xb"], reading.Lines);
        Assert.Equal(0, reading.Skipped.Total);
    }

    [Fact]
    public void A_value_on_the_headers_own_line_is_read() => Assert.Equal(["fs-MDT0000:0xa"], Read($"mdt.fs-MDT0000.hsm.actions={A}").Lines);

    [Fact]
    public void Other_parameters_among_the_output_are_passed_over()
    {
        Reading reading = Read($"mdt.fs-MDT0000.hsm.agents=\nuuid=x archive_id=ANY\nmdt.fs-MDT0000.hsm.actions=\n{A}mdt.fs-MDT0000.hsm.policy=NonBlockingRestore\n{B}");
        Assert.Equal(["fs-MDT0000:0xa"], reading.Lines);
        Assert.Equal(0, reading.Skipped.Total);
    }

    [Fact]
    public void Lines_under_a_header_nobody_can_read_are_given_to_no_mdt()
    {
        Reading reading = Read($"mdt.fs-MDT0000.hsm.actions=\n{A}mdt.fs MDT0001.hsm.actions=\n{B}mdt.fs-MDT0002.hsm.actions=\n{B}");
        Assert.Equal(["fs-MDT0000:0xa", "fs-MDT0002:0xb"], reading.Lines);
        Assert.Equal((1, 1, 2), (reading.Skipped[LineError.BadHeader], reading.Skipped[LineError.UnderBadHeader], reading.Skipped.Lost));
    }

    [Fact]
    public void A_header_behind_a_torn_line_still_counts()
    {
        Reading reading = Read($"mdt.fs-MDT0000.hsm.actions=\n{A}{B[..20]}mdt.fs-MDT0001.hsm.actions=\n{B}");
        Assert.Equal(["fs-MDT0000:0xa", "fs-MDT0001:0xb"], reading.Lines);
        Assert.Equal(1, reading.Skipped[LineError.Torn]);
    }

    [Fact]
    public void A_last_line_without_newline_is_not_given_out()
    {
        Reading reading = Read(A + B.TrimEnd('\n'));
        Assert.Equal(["-:0xa"], reading.Lines);
        Assert.True(reading.IsIncomplete);
    }

    [Fact]
    public void An_empty_file_is_complete()
    {
        Reading reading = Read("");
        Assert.Empty(reading.Lines);
        Assert.False(reading.IsIncomplete);
    }

    [Fact]
    public void Blank_lines_lose_nothing_and_carriage_returns_do_not_matter()
    {
        Reading reading = Read($"\n{A.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n{B}");
        Assert.Equal(["-:0xa", "-:0xb"], reading.Lines);
        Assert.Equal((2, 0), (reading.Skipped[LineError.Empty], reading.Skipped.Lost));
    }

    [Fact]
    public void A_line_of_10_megabytes_is_counted_and_what_follows_is_read()
    {
        Reading reading = Read($"{A}{new string('x', 10_000_000)}\n{B}");
        Assert.Equal(["-:0xa", "-:0xb"], reading.Lines);
        LineExample example = Assert.Single(reading.Skipped.Examples);
        Assert.Equal((2L, LineError.TooLong), (example.LineNumber, example.Error));
        Assert.True(example.Excerpt.Length < 200);
        Assert.False(reading.IsIncomplete);
    }

    [Fact]
    public void A_file_that_ends_within_an_overlong_line_is_incomplete()
    {
        Reading reading = Read($"{A}{new string('x', 200_000)}");
        Assert.Equal(["-:0xa"], reading.Lines);
        Assert.True(reading.IsIncomplete);
        Assert.Equal(1, reading.Skipped[LineError.TooLong]);
    }

    [Fact]
    public void Garbage_is_counted_by_its_kind_and_shown_escaped()
    {
        byte[] content =
        [
            .. Encoding.ASCII.GetBytes(A), 0xff, 0xfe, (byte)'\n', 0, 0, (byte)'\\', (byte)'\n', .. "hello\n"u8, .. Encoding.ASCII.GetBytes(B),
        ];
        Reading reading = Read(new MemoryStream(content));
        Assert.Equal(["-:0xa", "-:0xb"], reading.Lines);
        Assert.Equal(
            [new(2, LineError.NotUtf8, @"\xFF\xFE"), new(3, LineError.ControlCharacter, @"\x00\x00\x5C"), new LineExample(4, LineError.MissingIndex, "hello")],
            reading.Skipped.Examples);
        Assert.Equal("3 lines skipped: 1 MissingIndex, 1 NotUtf8, 1 ControlCharacter", reading.Skipped.ToString());
    }

    [Theory]
    [MemberData(nameof(Seeds.Few), MemberType = typeof(Seeds))]
    public void Where_reads_cut_the_file_does_not_matter(int seed)
    {
        var random = new Random(seed);
        var content = new MemoryStream();
        for (int i = 0; i < 400; i++)
        {
            content.Write(random.Next(20) switch
            {
                0 => Encoding.ASCII.GetBytes($"mdt.fs-MDT{random.Next(4):x4}.hsm.actions=\n"),
                1 => Encoding.ASCII.GetBytes(new string('y', random.Next(LineText.MaxBytes - 2, LineText.MaxBytes + 3)) + "\n"),
                2 => "\n"u8.ToArray(),
                3 => [0, 0xff, (byte)'\n'],
                _ => Encoding.ASCII.GetBytes(RandomRecords.NextLine(random) + "\n"),
            });
        }

        if (random.Next(2) == 0) content.Write("torn"u8);
        Reading whole = Read(new MemoryStream(content.ToArray()));
        Reading ragged = Read(new RaggedStream(content.ToArray(), random, maxPiece: 700), bufferBytes: 1);
        Assert.Equal(whole.Lines, ragged.Lines);
        Assert.Equal(whole.Skipped.Examples, ragged.Skipped.Examples);
        Assert.Equal((whole.Skipped.ToString(), whole.IsIncomplete, whole.Count), (ragged.Skipped.ToString(), ragged.IsIncomplete, ragged.Count));
        Assert.NotEmpty(whole.Lines);
    }

    [Fact]
    public void An_open_file_is_read_from_its_start()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, string.Concat(Enumerable.Repeat(A + B, 5000)));
            using SafeFileHandle handle = File.OpenHandle(path);
            using var reader = new HsmFileReader<ActionLine>(handle);
            int count = 0;
            while (reader.TryRead(out ActionLine _)) count++;
            Assert.Equal((10_000, 10_000L, new FileInfo(path).Length), (count, reader.LineNumber, reader.BytesRead));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_claims_to_be_empty_is_read_to_its_end()
    {
        const string Path = "/proc/self/status";
        if (!File.Exists(Path)) Assert.Skip("This system has no /proc: no file here that hides its size.");
        using SafeFileHandle handle = File.OpenHandle(Path);
        using var reader = new HsmFileReader<ActionLine>(handle);
        while (reader.TryReadLine(out _))
        {
        }

        Assert.Equal(0, new FileInfo(Path).Length);
        Assert.True(reader.BytesRead > 100);
    }

    [Fact]
    public void Raw_lines_are_given_out_unparsed_and_their_reader_may_count_them()
    {
        using var reader = new HsmFileReader<ActionLine>(new MemoryStream("what\never\n"u8.ToArray()));
        Assert.True(reader.TryReadLine(out ReadOnlySpan<byte> line));
        Assert.True(line.SequenceEqual("what"u8));
        reader.Skip(ActionLine.TryParse(line, out _), line);
        Assert.True(reader.TryReadLine(out line));
        Assert.True(line.SequenceEqual("ever"u8));
        Assert.False(reader.TryReadLine(out _));
        Assert.Equal(1, reader.Skipped[LineError.MissingIndex]);
    }

    [Fact]
    public void Agents_and_active_requests_are_read_from_the_same_output()
    {
        byte[] output = Encoding.ASCII.GetBytes(
            $"mdt.fs-MDT0000.hsm.actions=\n{A}mdt.fs-MDT0000.hsm.active_requests=\nfid=[0x1:0x2:0x0] action=ARCHIVE uuid=u1 done=5\n" +
            "mdt.fs-MDT0000.hsm.agents=\nuuid=u1 archive_id=ANY requests=[current:1 ok:0 errors:0]\n");
        using var agents = new HsmFileReader<AgentLine>(new MemoryStream(output));
        Assert.True(agents.TryRead(out AgentLine agent));
        Assert.Equal(1UL, agent.Current);
        Assert.False(agents.TryRead(out agent));
        using var requests = new HsmFileReader<ActiveRequestLine>(new MemoryStream(output));
        Assert.True(requests.TryRead(out ActiveRequestLine request));
        Assert.Equal(5UL, request.DoneBytes);
        Assert.False(requests.TryRead(out request));
        Assert.Equal(0, agents.Skipped.Total + requests.Skipped.Total);
    }

    private static Reading Read(string content) => Read(new MemoryStream(Encoding.UTF8.GetBytes(content)));

    private static Reading Read(Stream stream, int bufferBytes = HsmFileReader<ActionLine>.DefaultBufferBytes)
    {
        using var reader = new HsmFileReader<ActionLine>(stream, bufferBytes);
        var lines = new List<string>();
        while (reader.TryRead(out ActionLine line)) lines.Add($"{reader.Mdt ?? "-"}:{Encoding.UTF8.GetString(line.Fid)}");
        return new(lines, reader.Skipped, reader.IsIncomplete, reader.LineNumber);
    }

    private sealed record Reading(List<string> Lines, SkippedLines Skipped, bool IsIncomplete, long Count);
}
