using System.Text;
using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Events;

public sealed class ClassifyVerbTests
{
    private const string Log = """
        [   12.345678] sd 6:0:0:0: [sdq] tag#2 Sense Key : Not Ready [current]
        Feb  9 12:13:14 host kernel: e1000e 0000:00:19.0 eth0: Link is Up
        Feb  9 12:13:14 host smartd[77]: Device: /dev/sdq [SAT], 16 Currently unreadable (pending) sectors
        XFS (sdq1): Mounting V5 Filesystem
        """;

    [Fact]
    public async Task Each_line_gives_one_object_in_order()
    {
        Outcome outcome = await new TestTerminal { Input = Encoding.UTF8.GetBytes(Log + "\n") }.RunAsync("events", "classify", "--json", "-");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        JsonElement[] objects = [.. outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(Log.Split('\n'), objects.Select(line => line.GetProperty("line").GetString()));
        Assert.Equal(["SCSI_SENSE_KEY", null, "SMART_BAD_SECTORS", null], objects.Select(line => line.GetProperty("event_type").GetString()));
        Assert.Equal(["SCSI", null, "SMART", "xfs"], objects.Select(line => line.GetProperty("sub_system").GetString()));
        Assert.Equal(["Error", null, "Error", "Info"], objects.Select(line => line.GetProperty("severity").GetString()));
        Assert.Equal(["sdq", null, "/dev/sdq", "sdq1"], objects.Select(line => line.GetProperty("kdev").GetString()));
        Assert.Equal("Not Ready", objects[0].GetProperty("extension").GetProperty("sense_key").GetString());
        Assert.Equal(12_345_678, objects[0].GetProperty("monotonic_us").GetInt64());
        Assert.Equal("smartd", objects[2].GetProperty("identifier").GetString());
    }

    [Fact]
    public async Task As_text_only_lines_about_storage_are_printed()
    {
        Outcome outcome = await new TestTerminal { Input = Encoding.UTF8.GetBytes(Log) }.RunAsync("events", "classify", "-");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(3, outcome.Lines.Length);
        Assert.Matches(@"^Error +SCSI_SENSE_KEY +SCSI +sdq +sd 6:0:0:0: ", outcome.Lines[0]);
        Assert.Matches(@"^Info +- +xfs +sdq1 +XFS ", outcome.Lines[2]);
    }

    [Fact]
    public async Task Any_bytes_and_lines_of_any_length_are_survived()
    {
        byte[] log = [.. "XFS (sd\u001b[31m"u8, 0xFF, .. "): log I/O error -5\n"u8, .. new byte[1024 * 1024], (byte)'\n', .. "XFS (sdq): log I/O error -5"u8];
        Outcome json = await new TestTerminal { Input = log }.RunAsync("events", "classify", "--json", "-");
        Assert.Equal(0, json.ExitCode);
        Assert.Contains("longer than 65536 bytes", json.Error, StringComparison.Ordinal);
        Assert.Equal(3, json.Lines.Length);
        JsonElement first = JsonDocument.Parse(json.Lines[0]).RootElement;
        Assert.Equal("FS_IO_ERROR", first.GetProperty("event_type").GetString());
        Assert.Equal(log[..(log.AsSpan().IndexOf((byte)'\n'))], first.GetProperty("line_b64").GetBytesFromBase64());
        Outcome text = await new TestTerminal { Input = log }.RunAsync("events", "classify", "-");
        Assert.DoesNotContain('\u001b', text.Out);
    }

    [Fact]
    public async Task Rules_of_ones_own_go_first_and_a_bad_one_is_told()
    {
        string path = Path.Combine(Path.GetTempPath(), $"weir-{Guid.NewGuid()}.yaml");
        await File.WriteAllTextAsync(path, "rules:\n  - id: mine\n    wording: 'XFS ({kdev:paren}): Mounting'\n    sub_system: Mine\n    event_type: MINE_SEEN\n  - id: bad\n    regex: '(?<kdev>a)(?=b)'\n    sub_system: Mine\n", TestContext.Current.CancellationToken);
        try
        {
            Outcome outcome = await new TestTerminal { Input = Encoding.UTF8.GetBytes(Log) }.RunAsync("events", "classify", "--rules", path, "-");
            Assert.Equal(3, outcome.ExitCode);
            Assert.Contains($"{path}, line 6: the rule 'bad' is refused", outcome.Error, StringComparison.Ordinal);
            Assert.Contains("MINE_SEEN", outcome.Out, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_failure()
    {
        Outcome outcome = await new TestTerminal().RunAsync("events", "classify", "/no/such/file");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("/no/such/file", outcome.Error, StringComparison.Ordinal);
    }
}
