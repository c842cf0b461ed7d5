using System.Buffers.Binary;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Server;
using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Tests.Server;

public sealed class MdtLinkTests
{
    [Fact]
    public async Task A_list_from_Lustre_is_queued_and_its_cancels_are_carried_out()
    {
        await using TestServer server = await TestServer.StartAsync();
        await TakeAsync(server, List(7, 4, Item(20, 1, "tag=a\0\0\0"), Item(21, 2, ""), Item(23, 9, "")));
        await using RawPeer agent = await server.GreetAsync("n0");
        string answer;
        await agent.SendAsync("{\"command\":\"recv\"}");
        answer = await agent.ReadAsync();
        Assert.StartsWith("{\"hsm_action_list\": {\"hal_version\": 1, \"hal_archive_id\": 7, \"hal_flags\": 4, \"hal_fsname\": \"testfs\", \"list\": [{\"hai_action\": 21", answer, StringComparison.Ordinal);
        Assert.Contains("\"hai_data\": \"tag=a\\u0000\\u0000\\u0000\"", answer, StringComparison.Ordinal);
        await TakeAsync(server, List(7, 0, Item(20, 3, ""), Item(23, 3, "")));
        Assert.Equal([(new RequestKey(3, new(0x200000401, 3, 0)), 125)], server.Lustre.Ended);
    }

    [Fact]
    public async Task What_is_no_request_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        List<(HsmRequest Request, int Errno)> refused = await TakeAsync(server, List(1, 0, Item(99, 1, ""), Item(20, 2, "")));
        Assert.Equal([(1ul, 22)], refused.Select(one => (one.Request.Cookie, one.Errno)));
    }

    [Fact]
    public async Task What_there_is_no_room_for_is_refused_for_that_reason()
    {
        await using TestServer server = await TestServer.StartAsync(CoordinatorOptions.Default with { MaxRequests = 1 });
        List<(HsmRequest Request, int Errno)> refused = await TakeAsync(server, List(1, 0, Item(20, 1, ""), Item(20, 2, "")));
        Assert.Equal([(2ul, 28)], refused.Select(one => (one.Request.Cookie, one.Errno)));
    }

    private static async Task<List<(HsmRequest Request, int Errno)>> TakeAsync(TestServer server, byte[] bytes)
    {
        var list = new ActionListReader(bytes);
        (List<HsmRequest> requests, List<RequestKey> cancels) = MdtLink.Read(ref list);
        Assert.Equal(ActionListError.None, list.Error);
        List<(HsmRequest Request, int Errno)> refused = [];
        await server.Server.CallAsync(core => MdtLink.Take(core, requests, cancels, refused));
        return refused;
    }

    private static byte[] List(uint archiveId, ulong flags, params byte[][] items)
    {
        byte[] head = new byte[40];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), (uint)items.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(16), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), archiveId);
        "testfs"u8.CopyTo(head.AsSpan(32));
        return [.. head, .. items.SelectMany(item => item)];
    }

    private static byte[] Item(uint action, uint number, string data)
    {
        HsmActionItem item = new() { ActionNumber = action, Fid = new(0x200000401, number, 0), DataFid = new Fid(0x200000401, number, 0), ExtentLength = ulong.MaxValue, Cookie = number, Data = System.Text.Encoding.UTF8.GetBytes(data) };
        byte[] bytes = new byte[item.LengthBytes];
        item.WriteTo(bytes);
        return bytes;
    }
}
