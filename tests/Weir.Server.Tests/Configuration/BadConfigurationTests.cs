using System.Text;
using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class BadConfigurationTests : IDisposable
{
    private readonly ConfigurationDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("hsm:\n  pol_interval: 1s\n", 2, "hsm.pol_interval", "section 'hsm' has no key 'pol_interval'; did you mean 'poll_interval'?")]
    [InlineData("feed: {}\nhms: {}\n", 2, "hms", "there is no section 'hms'; did you mean 'hsm'?")]
    [InlineData("hsm:\n  poll_interval: soon\n", 2, "hsm.poll_interval", "'soon' is not a duration such as")]
    [InlineData("hsm:\n  poll_interval: 1ms\n", 2, "hsm.poll_interval", "'1ms' is not between 100ms and 1d")]
    [InlineData("hsm:\n  poll_interval:\n", 2, "hsm.poll_interval", "has no value; write one, or remove the line to keep the default")]
    [InlineData("hsm:\n  poll_interval: [1s]\n", 2, "hsm.poll_interval", "is a list; one value is expected")]
    [InlineData("hsm:\n  poll_interval: { a: b }\n", 2, "hsm.poll_interval", "has keys below it; a value is expected")]
    [InlineData("hsm:\n  layout: both\n", 2, "hsm.layout", "'both' is neither per-mdt nor single")]
    [InlineData("hsm:\n  actions: []\n", 2, "hsm.actions", "is an empty list; name at least one pattern")]
    [InlineData("hsm:\n  actions: [a/b]\n", 2, "hsm.actions", "'a/b' is not a whole path; a pattern starts with '/'")]
    [InlineData("hsm:\n  actions: [[/a]]\n", 2, "hsm.actions", "is a list with something in it that is no plain value")]
    [InlineData("hsm:\n  snapshot: here\n", 2, "hsm.snapshot", "'here' is not a whole path; it must start with '/'")]
    [InlineData("hsm:\n  topic: \"a\\tb\"\n", 2, "hsm.topic", "The topic name 'a%09b' has control characters.")]
    [InlineData("hsm:\n  poll_interval: 1h\n  heartbeat_interval: 1m\n", 3, "hsm.heartbeat_interval", "1m is shorter than hsm.poll_interval (1h)")]
    [InlineData("hsm:\n  poll_interval: 1h\n  refresh_interval: 1m\n", 3, "hsm.refresh_interval", "1m is shorter than hsm.poll_interval (1h)")]
    [InlineData("feed:\n  url: /var/lib/weir\n", 2, "feed.url", "'/var/lib/weir' is not a feed URL; did you mean 'file:/var/lib/weir'?")]
    [InlineData("feed:\n  url: file:here\n", 2, "feed.url", "'file:here' names a directory that depends on where weir is started; write the whole path")]
    [InlineData("hsm: 5\n", 1, "hsm", "is a section; keys and values are expected below it")]
    public void A_wrong_key_or_value_is_named_with_file_line_and_key(string text, int line, string key, string message)
    {
        ConfigurationProblem problem = _directory.ProblemOf(text);
        Assert.Equal($"{_directory.MainFile}:{line}", problem.Source.ToString());
        Assert.Equal(key, problem.Key);
        Assert.StartsWith(message, problem.Message);
    }

    [Theory]
    [InlineData("- a\n- b\n", 1, "is not a mapping of sections")]
    [InlineData("just text", 1, "is not a mapping of sections")]
    [InlineData("hsm: {}\n\nhsm: {}\n", 3, "has the key 'hsm' twice; the first is on line 1")]
    [InlineData("a: &x [1, 2]\nb: *x\n", 1, "uses an anchor, alias or tag")]
    [InlineData("feed:\n  url: !!binary aGk=\n", 2, "uses an anchor, alias or tag")]
    [InlineData("hsm: {}\n---\nhsm: {}\n", 2, "holds more than one document")]
    [InlineData("hsm:\n\tpoll_interval: 1s\n", 1, "is not valid YAML between here and line 2: ")]
    [InlineData("hsm: \"\n", 1, "is not valid YAML")]
    [InlineData("? [a]\n: b\n", 1, "has a key that is no plain text")]
    [InlineData("hsm: [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n", 1, "is nested more than 8 deep")]
    public void What_is_no_such_text_is_refused_with_its_line(string text, int line, string message)
    {
        ConfigurationProblem problem = _directory.ProblemOf(text);
        Assert.Equal(line, problem.Source.Line);
        Assert.StartsWith(message, problem.Message);
    }

    [Fact]
    public void A_chain_of_aliases_that_would_fill_the_memory_is_refused_at_its_first_anchor()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 20; i++) bomb.Append(null, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Equal(1, _directory.ProblemOf(bomb.ToString()).Source.Line);
    }

    [Fact]
    public void Deep_nesting_without_end_is_refused_and_not_recursed_into() =>
        Assert.Contains("nested more than 8 deep", _directory.ProblemOf("hsm: " + new string('[', 500_000)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_larger_than_a_configuration_may_be_is_refused() =>
        Assert.Contains("is larger than 1048576 bytes", _directory.ProblemOf("#" + new string('x', 1024 * 1024)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_device_without_end_is_not_read_to_its_end()
    {
        EffectiveConfiguration configuration = ConfigurationLoader.LoadFile("/dev/zero");
        Assert.Contains("is larger than 1048576 bytes", Assert.Single(configuration.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_a_problem_of_that_file()
    {
        Directory.CreateDirectory(_directory.MainFile);
        Assert.StartsWith("cannot be read: ", Assert.Single(_directory.Load().Problems).Message);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'#', (byte)'\n', (byte)'a', 0, (byte)'b' }, 2, "holds a NUL byte; it is no text file")]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'\n', 0xff, 0xfe }, 3, "is not valid UTF-8")]
    public void What_is_no_text_is_refused_with_its_line(byte[] bytes, int line, string message)
    {
        string path = _directory.WriteBytes("weir.yaml", bytes);
        ConfigurationProblem problem = Assert.Single(ConfigurationLoader.LoadFile(path).Problems);
        Assert.Equal((line, message), (problem.Source.Line, problem.Message));
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_do_no_harm()
    {
        string path = _directory.WriteBytes("weir.yaml", Encoding.UTF8.GetPreamble().Concat("hsm:\r\n  poll_interval: 7s\r\n"u8.ToArray()).ToArray());
        Assert.Equal(TimeSpan.FromSeconds(7), ConfigurationLoader.LoadFile(path).ThrowIfInvalid().Options.Hsm.PollInterval);
    }

    [Fact]
    public void Every_problem_is_named_and_the_exception_tells_how_many_there_are()
    {
        _directory.Write("weir.yaml", "hsm:\n  layout: both\n  poll_interval: never\nnope: 1\n");
        EffectiveConfiguration configuration = _directory.Load();
        Assert.Equal([2, 3, 4], configuration.Problems.Select(problem => problem.Source.Line));
        ConfigurationException exception = Assert.Throws<ConfigurationException>(configuration.ThrowIfInvalid);
        Assert.StartsWith($"{_directory.MainFile}:2: hsm.layout: ", exception.Message);
        Assert.EndsWith("(and 2 more: 'weir config check' names them all)", exception.Message);
    }

    [Fact]
    public void Bytes_at_random_never_do_worse_than_be_a_problem()
    {
        const int Seed = 20260101;
        int rounds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 2_000 : 100_000;
        var random = new Random(Seed);
        byte[][] pieces = [.. new[] { "hsm:\n", "  poll_interval: 5s\n", "[", "{", "}", "- ", "? ", "&a ", "*a", "!!x ", "|\n ", "'", "\"", "%", "---\n", "\t", "#" }.Select(Encoding.UTF8.GetBytes)];
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = [.. Enumerable.Range(0, random.Next(30)).SelectMany(_ => random.Next(4) == 0 ? [(byte)random.Next(256)] : pieces[random.Next(pieces.Length)])];
            string path = _directory.WriteBytes("weir.yaml", bytes);
            Exception? thrown = Record.Exception(() => ConfigurationLoader.LoadFile(path));
            Assert.True(thrown is null, $"seed {Seed}, round {round}, {Convert.ToHexString(bytes)}: {thrown}");
        }
    }
}
