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
    public void What_an_mdt_lists_as_active_is_read()
    {
        const string Text = """
            mdt.lab-MDT0000.hsm.active_requests=
            fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x99:0x0] compound/cookie=0x0/0x66f2a1b3 action=RESTORE archive#=2 flags=0x4 extent=0x0-0xffffffffffffffff gid=0x0 data=[7461673D] canceled=0 uuid=u done=0
            fid=[0x200000401:0x2:0x0] dfid=[0x200000401:0x2:0x0] compound/cookie=0x0/0x66f2a1b4 action=ARCHIVE archive#=1 flags=0x0 extent=0x5-0x10 gid=0x7 data=[] canceled=0 uuid=u done=0
            fid=[0x200000401:0x3:0x0] dfid=[0x200000401:0x3:0x0] compound/cookie=0x0/0x66f2a1b5 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=1 uuid=u done=0
            fid=[junk] dfid=[junk] compound/cookie=0x0/0x66f2a1b6 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=u done=0

            """;
        IReadOnlyList<HsmRequest> requests = MdtRequests.ReadActive(new MemoryStream(Encoding.UTF8.GetBytes(Text)), out long skipped);
        Assert.Equal((2, 1), (requests.Count, skipped));
        Assert.Equal(new RequestKey(0x66f2a1b3, new(0x200000401, 1, 0)), requests[0].Key);
        Assert.Equal(("tag=", 2u, 4UL), (Encoding.UTF8.GetString(requests[0].Data.Span), requests[0].ArchiveId, requests[0].Flags));
        Assert.Equal((5UL, 16UL, 7UL), (requests[1].ExtentOffset, requests[1].ExtentLength, requests[1].GroupId));
    }

    [Fact]
    public void Of_an_mdts_log_only_what_is_started_is_taken()
    {
        const string Text = """
            lrh=[type=10680000 len=136 idx=1/1] fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x1:0x0] compound/cookie=0x0/0x1 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status=STARTED data=[]
            lrh=[type=10680000 len=136 idx=1/2] fid=[0x200000401:0x2:0x0] dfid=[0x200000401:0x2:0x0] compound/cookie=0x0/0x2 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status=WAITING data=[]
            lrh=[type=10680000 len=136 idx=1/3] fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x1:0x0] compound/cookie=0x0/0x1 action=CANCEL archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status=STARTED data=[]

            """;
        Assert.Equal(1UL, Assert.Single(MdtRequests.ReadStarted(new MemoryStream(Encoding.UTF8.GetBytes(Text)), out _)).Cookie);
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
