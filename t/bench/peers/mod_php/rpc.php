<?php
// SPDX-License-Identifier: Apache-2.0
// The benchmark's methods in PHP: JSON-RPC by hand, XML-RPC by php-xmlrpc,
// and the GET form for calls with whole numbers.

function call_method($name, $params)
{
    switch ($name) {
    case 'add':
        return $params[0] + $params[1];
    case 'echo':
        return $params[0];
    default:
        return null;
    }
}

function answer_call($call)
{
    return ['jsonrpc' => '2.0',
        'result' => call_method($call->method, $call->params),
        'id' => $call->id];
}

function answer_json($body)
{
    $message = json_decode($body);
    $answer = is_array($message) ? array_map('answer_call', $message)
        : answer_call($message);
    header('Content-Type: application/json');
    return json_encode($answer,
        JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
}

function answer_xml($body)
{
    $params = xmlrpc_decode_request($body, $method, 'UTF-8');
    header('Content-Type: text/xml');
    return xmlrpc_encode_request(null, call_method($method, $params),
        ['encoding' => 'UTF-8', 'escaping' => 'markup',
            'verbosity' => 'no_white_space']);
}

function answer_form($data)
{
    header('Content-Type: text/plain');
    if (!preg_match('/^(\w+)\((-?\d+), ?(-?\d+)\)$/', $data, $found)) {
        return "{'res': 'error', 'data': 'cannot read that'}";
    }
    $result = call_method($found[1], [(int)$found[2], (int)$found[3]]);
    return "{'res': 'response', 'data': '$result'}";
}

if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    $answer = answer_form($_GET['data']);
} else {
    $body = file_get_contents('php://input');
    $answer = $_SERVER['CONTENT_TYPE'] === 'text/xml' ? answer_xml($body)
        : answer_json($body);
}
header('Content-Length: ' . strlen($answer));
echo $answer;
