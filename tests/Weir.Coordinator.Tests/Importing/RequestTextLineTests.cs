using System.Text;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;
using Weir.Lustre.HsmFiles;

namespace Weir.Coordinator.Tests.Importing;

public sealed class RequestTextLineTests
{
    [Fact]
    public void What_an_mdt_lists_as_active_is_read()
    {
        (List<HsmRequest> requests, long bad) = Read("""
            mdt.lab-MDT0000.hsm.active_requests=
            fid=[0x200000401:0x2:0x0] dfid=[0x200000401:0x3:0x0] compound/cookie=0x0/0x66f2a1b4 action=ARCHIVE archive#=1 flags=0x4 extent=0x5-0x10 gid=0x7 data=[7461673D] canceled=0 uuid=u done=0
            fid=[0x200000401:0x3:0x0] dfid=[0x200000401:0x3:0x0] compound/cookie=0x0/0x66f2a1b5 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=1 uuid=u done=0
            fid=[0x200000401:0x3:0x0] dfid=[0x200000401:0x3:0x0] compound/cookie=0x0/0x66f2a1b5 action=CANCEL archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=u done=0
            fid=[junk] dfid=[junk] compound/cookie=0x0/0x66f2a1b6 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=u done=0
            fid=[0x200000401:0x4:0x0] dfid=[0x200000401:0x4:0x0] compound/cookie=0x0/0x66f2a1b7 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0x10 gid=0x0 data=[7] canceled=0 uuid=u done=0
            fid=[0x200000401:0x4:0x0] dfid=[0x200000401:0x4:0x0] compound/cookie=0x0/0x66f2a1b7 action=ARCHIVE archive#=0 flags=0x0 extent=0x0-0x10 gid=0x0 data=[] canceled=0 uuid=u done=0
            """);
        HsmRequest only = Assert.Single(requests);
        Assert.Equal(3, bad);
        Assert.Equal(new RequestKey(0x66f2a1b4, new(0x200000401, 3, 0)), only.Key);
        Assert.Equal(("tag=", 1u, 4UL), (Encoding.UTF8.GetString(only.Data.Span), only.ArchiveId, only.Flags));
        Assert.Equal((5UL, 16UL, 7UL), (only.ExtentOffset, only.ExtentLength, only.GroupId));
    }

    /// <summary>The MDT prints the volatile file once an agent has begun; the agent ends the request under the fid that it was given.</summary>
    [Fact]
    public void A_restore_goes_by_the_fid_that_it_was_handed_out_with()
    {
        (List<HsmRequest> requests, _) = Read("fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x99:0x0] compound/cookie=0x0/0x66f2a1b3 action=RESTORE archive#=2 flags=0x4 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=u done=0");
        Assert.Equal(new RequestKey(0x66f2a1b3, new(0x200000401, 1, 0)), Assert.Single(requests).Key);
    }

    /// <summary>The MDT hands over what waits itself, and lets no agent begin it before.</summary>
    [Theory]
    [InlineData("STARTED", true)]
    [InlineData("WAITING", false)]
    [InlineData("SUCCEED", false)]
    [InlineData("FAILED", false)]
    [InlineData("CANCELED", false)]
    public void Of_an_mdts_log_only_what_is_started_is_taken(string status, bool isTaken)
    {
        (List<HsmRequest> requests, _) = Read($"lrh=[type=10680000 len=136 idx=1/1] fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x1:0x0] compound/cookie=0x0/0x1 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status={status} data=[]");
        Assert.Equal(isTaken, requests.Count == 1);
    }

    private static (List<HsmRequest> Requests, long Bad) Read(string text)
    {
        using var reader = new HsmFileReader<RequestTextLine>(new MemoryStream(Encoding.UTF8.GetBytes(text + "\n")));
        var requests = new List<HsmRequest>();
        while (reader.TryRead(out RequestTextLine line))
        {
            if (line.IsWanted) requests.Add(line.Request);
        }

        return (requests, reader.Skipped.Total);
    }
}
