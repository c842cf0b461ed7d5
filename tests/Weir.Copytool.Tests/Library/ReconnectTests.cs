using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed partial class ReconnectTests : LibraryTest
{
    [Fact]
    public async Task An_end_that_was_not_acknowledged_is_told_again()
    {
        await using CopytoolProcess copytool = Start(Build.Address, []);
        HsmRequest request = AddArchive(5_000_000_000);
        ScriptedConnection first = await Coordinator.GreetAsync();
        await first.GiveAsync(Replies.List(Replies.Item(request, "tag=\\\"a\\u0000")));
        await first.ReadPastAsync("recv", "done");
        await first.DisposeAsync();

        ScriptedConnection second = await Coordinator.GreetAsync();
        JsonElement item = Assert.Single(second.Greeting.GetProperty("hai_list").EnumerateArray());
        Assert.Equal(5_000_000_000, item.GetProperty("hai_cookie").GetInt64());
        Assert.Equal((20, 0L, -1L, 0L, 1, 0L, 1L, "tag=\"a\0"), (
            item.GetProperty("hai_action").GetInt32(), item.GetProperty("hai_extent_offset").GetInt64(), item.GetProperty("hai_extent_length").GetInt64(), item.GetProperty("hai_gid").GetInt64(),
            item.GetProperty("hal_archive_id").GetInt32(), item.GetProperty("hal_flags").GetInt64(), item.GetProperty("timestamp").GetInt64(), item.GetProperty("hai_data").GetString()));
        Assert.Equal(HsmRequest.Sequence, item.GetProperty("hai_fid").GetProperty("f_seq").GetInt64());
        Assert.Equal(unchecked((int)request.ObjectId), item.GetProperty("hai_dfid").GetProperty("f_oid").GetInt32());
        Assert.Equal((5_000_000_000, 0), await second.TakeDoneAsync());
        await second.DisposeAsync();

        ScriptedConnection third = await Coordinator.GreetAsync();
        Assert.Equal(0, third.Greeting.GetProperty("hai_list").GetArrayLength());
        await AssertWorksAsync(third, AddArchive(2));
        Assert.Equal(1, request.EndCount);
        await copytool.StopAsync();
    }

    [Fact]
    public async Task Work_goes_on_while_the_coordinator_is_away_and_is_told_when_it_is_back()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--delay-ms", "100"]);
        HsmRequest[] requests = [AddArchive(1), AddArchive(2), AddArchive(3)];
        ScriptedConnection first = await Coordinator.GreetAsync();
        await first.GiveAsync(Replies.List(requests.Select(request => Replies.Item(request))));
        await Mdt.WaitAsync(() => requests.All(request => request.BeginCount == 1), "begin of every request");
        await first.DisposeAsync();
        ScriptedConnection refused = await Coordinator.AcceptAsync();
        await refused.ExpectAsync("ehlo");
        await Mdt.WaitForEndAsync(requests);
        await refused.DisposeAsync();

        ScriptedConnection second = await Coordinator.GreetAsync();
        Assert.Equal([1, 2, 3], second.Greeting.GetProperty("hai_list").EnumerateArray().Select(item => item.GetProperty("hai_cookie").GetInt64()).Order());
        long[] told = [(await second.TakeDoneAsync()).Cookie, (await second.TakeDoneAsync()).Cookie, (await second.TakeDoneAsync()).Cookie];
        Assert.Equal([1, 2, 3], told.Order());
        await copytool.StopAsync();
    }

    [Fact]
    public async Task What_is_at_work_is_not_taken_again_after_a_reconnect()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--delay-ms", "200"]);
        HsmRequest request = AddArchive(1);
        ScriptedConnection first = await Coordinator.GreetAsync();
        await first.GiveAsync(Replies.List(Replies.Item(request)));
        await Mdt.WaitAsync(() => request.BeginCount == 1, "begin");
        await first.DisposeAsync();
        ScriptedConnection second = await Coordinator.GreetAsync();
        await second.GiveAsync(Replies.List(Replies.Item(request)));
        Assert.Equal((1, 0), await second.TakeDoneAsync());
        Assert.Equal((1, 1), (request.BeginCount, request.EndCount));
        await AssertWorksAsync(second, AddArchive(2));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_request_that_comes_again_after_its_end_was_told_is_done_again()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--noop"]);
        HsmRequest request = AddArchive(1);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.List(Replies.Item(request)));
        await connection.ReadPastAsync("recv", "done");
        // As the original does, the recv is answered before the done.
        await connection.GiveAsync(Replies.List(Replies.Item(request)));
        await connection.SendAsync("""{"command":"done"}""");
        Assert.Equal(1, (await connection.TakeDoneAsync()).Cookie);
        Assert.Equal(2, request.EndCount);
        await copytool.StopAsync();
    }

    [Theory]
    [InlineData("""{"command":"ehlo","status":17,"error":"id already used by another client"}""", "give each copytool a client_id of its own")]
    [InlineData("""{"command":"done","status":22,"error":"Bad archive id in list"}""", "Bad archive id in list")]
    [InlineData("""{"command":"ehlo","status":-5,"error":"\u001b[2J\u0000"}""", "errno -5: ?[2J?")]
    [InlineData("""{"command":"recv","status":22}""", "no reason given")]
    public async Task A_refused_greeting_is_explained_and_tried_again(string reply, string reason)
    {
        await using CopytoolProcess copytool = Start(Build.Address, []);
        for (int i = 0; i < 3; i++)
        {
            ScriptedConnection refused = await Coordinator.AcceptAsync();
            await refused.ExpectAsync("ehlo");
            await refused.SendAsync(reply);
            await refused.ExpectCloseAsync();
        }

        await copytool.WaitForErrorAsync(reason);
        await AssertWorksAsync(await Coordinator.GreetAsync(), AddArchive(1));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task Nothing_is_said_to_a_coordinator_that_does_not_take_the_token()
    {
        await using CopytoolProcess copytool = Start(Build.Address, [], ("COORDINATOOL_TOKEN", "s3cret"));
        ScriptedConnection refused = await Coordinator.AcceptAsync();
        await refused.ExpectAsync("auth");
        await refused.SendAsync("""{"command":"auth","status":13,"error":"Not known here"}""");
        Assert.Null(await refused.ReadAsync());
        ScriptedConnection closing = await Coordinator.AcceptAsync();
        await closing.ExpectAsync("auth");
        await closing.DisposeAsync();
        await copytool.WaitForErrorAsync("it answered auth with errno 13: Not known here");
        await copytool.WaitForErrorAsync("is the token right?");
        await copytool.StopAsync();
    }

    [Fact]
    public async Task Tries_come_at_growing_intervals_until_one_works()
    {
        await using CopytoolProcess copytool = Start(Build.Address, [], ("COORDINATOOL_RETRY_MIN_MS", "20"), ("COORDINATOOL_RETRY_MAX_MS", "160"));
        for (int i = 0; i < 5; i++)
        {
            ScriptedConnection refused = await Coordinator.AcceptAsync();
            await refused.DisposeAsync();
        }

        ScriptedConnection good = await Coordinator.GreetAsync();
        await AssertWorksAsync(good, AddArchive(1));
        await good.DisposeAsync();
        ScriptedConnection next = await Coordinator.GreetAsync();
        await AssertWorksAsync(next, AddArchive(2));
        int[] delays = [.. DelayText().Matches(copytool.Errors).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        int[] most = [20, 40, 80, 160, 160, 20];
        Assert.Equal(most.Length, delays.Length);
        Assert.All(delays.Zip(most), pair => Assert.InRange(pair.First, pair.Second / 2, pair.Second));
        await copytool.StopAsync();
    }

    [GeneratedRegex(@"next try in (\d+) ms")]
    private static partial Regex DelayText();
}
