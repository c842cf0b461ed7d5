using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Core;
using Weir.Coordinator.Importing;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Importing;

public sealed class ImportTests
{
    private const string Request =
        """{"hai_action":20,"hai_fid":{"f_seq":8589935617,"f_oid":-1,"f_ver":0},"hai_dfid":{"f_seq":8589935617,"f_oid":-1,"f_ver":0},"hai_extent_offset":0,"hai_extent_length":-1,"hai_cookie":1727180212,"hai_gid":0,"hal_archive_id":2,"hal_flags":1,"hai_data":"tag=foo\u0000","timestamp":1727180212000000000}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_existing_deployments_state_is_taken_over_and_kept()
    {
        var time = new ManualTimeProvider();
        var disk = new SimulatedDisk();
        var engine = new LogEngine(new() { Directory = "/feed", Disk = disk.Main, Time = time });
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(engine, new(), time, NullLogger.Instance, cancellationToken: Cancelled);
        var hashes = new Hashes();
        hashes.Add(CoordinatoolImport.RequestsHash, Field(1), Request.Replace("1727180212,", "1,", StringComparison.Ordinal));
        hashes.Add(CoordinatoolImport.RequestsHash, Field(2), Request.Replace("1727180212,", "2,", StringComparison.Ordinal));
        hashes.Add(CoordinatoolImport.RequestsHash, Field(3), "{\"hai_action\":20}");
        hashes.Add(CoordinatoolImport.RequestsHash, Field(4), "[[[[[[[[[[[[1]]]]]]]]]]]]");
        hashes.Add(CoordinatoolImport.AssignedHash, Field(2), "mover7");
        hashes.Add(CoordinatoolImport.AssignedHash, "nonsense", "mover8");
        Assert.Equal(new ImportReport(1, 1, 0, 2), await CoordinatoolImport.RunAsync(hashes, coordinator, Cancelled));
        Assert.Equal(new ImportReport(0, 0, 2, 2), await CoordinatoolImport.RunAsync(hashes, coordinator, Cancelled));
        disk.KillProcess();

        await using var again = new LogEngine(new() { Directory = "/feed", Disk = disk.Main, Time = time });
        CoordinatorCore core = (await JournaledCoordinator.OpenAsync(again, new(), time, NullLogger.Instance, cancellationToken: Cancelled)).Core;
        Assert.Equal((1, 1), (core.Queued.Archive, core.Running.Archive));
        Agent agent = Assert.Single(core.Agents);
        Assert.Equal(("mover7", 2UL), (agent.Id, core.RunningAt(agent).Single().Key.Cookie));
        Assert.Equal("tag=foo\0", Encoding.UTF8.GetString(core.Waiting(HsmAction.Archive).Single().Data.Span));
    }

    [Fact]
    public void A_request_of_the_originals_is_read_with_its_negative_numbers()
    {
        Assert.True(CoordinatoolImport.TryParseRequest(Encoding.UTF8.GetBytes(Request), out HsmRequest request));
        Assert.Equal(new Fid(8589935617, uint.MaxValue, 0), request.DataFid);
        Assert.Equal((ulong.MaxValue, 2u, 1UL, 1727180212000000000L), (request.ExtentLength, request.ArchiveId, request.Flags, request.TimestampNs));
    }

    [Theory]
    [InlineData("0000000066f2b3f400000002000004010000002a00000000", true)]
    [InlineData("0000000066f2b3f400000002000004010000002a0000000", false)]
    [InlineData("0000000066f2b3f400000002000004010000002a0000000g", false)]
    [InlineData("", false)]
    public void A_fields_name_is_48_hexadecimal_digits(string field, bool isKey)
    {
        Assert.Equal(isKey, CoordinatoolImport.TryParseKey(Encoding.UTF8.GetBytes(field), out RequestKey key));
        if (isKey) Assert.Equal(new RequestKey(0x66f2b3f4, new(0x200000401, 0x2a, 0)), key);
    }

    [Fact]
    public async Task A_files_owner_is_found_and_a_missing_file_has_none()
    {
        string mount = Directory.CreateTempSubdirectory("weir-owner-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(mount, ".lustre", "fid"));
            await File.WriteAllTextAsync(Path.Combine(mount, ".lustre", "fid", "0x200000401:0x1:0x0"), "x", Cancelled);
            var lookup = new FileOwnerLookup(mount, withProjects: true);
            RequestOwner owner = await lookup.FindAsync(new(0x200000401, 1, 0), Cancelled);
            string[] status = await File.ReadAllLinesAsync("/proc/self/status", Cancelled);
            Assert.Equal(status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[4], $"{owner.Uid}");
            Assert.Equal(0u, owner.ProjectId);
            Assert.Equal(RequestOwner.Unknown, await lookup.FindAsync(new(0x200000401, 2, 0), Cancelled));
        }
        finally
        {
            Directory.Delete(mount, recursive: true);
        }
    }

    private static string Field(ulong cookie) => $"{cookie:x16}{8589935617:x16}{uint.MaxValue:x8}{0:x8}";

    private sealed class Hashes : ICoordinatoolHashes
    {
        private readonly List<(string Hash, byte[] Field, byte[] Value)> _fields = [];

        public void Add(string hash, string field, string value) => _fields.Add((hash, Encoding.UTF8.GetBytes(field), Encoding.UTF8.GetBytes(value)));

        public async IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ReadAsync(
            string hash, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            foreach ((_, byte[] field, byte[] value) in _fields.Where(entry => entry.Hash == hash)) yield return new(field, value);
        }
    }
}
