// Pick with MoveIt Task Constructor: one task that offers MTC every grasp in both turns.
//
//   ros2 run PACKAGE mtc_pick "pick up the red mug"
//
// Build: put this file into a package of your own (build type ament_cmake) with
//
//   find_package(ament_cmake REQUIRED)
//   foreach(package rclcpp rclcpp_action moveit_task_constructor_core tf2_eigen realvlg_ros)
//     find_package(${package} REQUIRED)
//   endforeach()
//   add_executable(mtc_pick mtc_pick.cpp)
//   ament_target_dependencies(mtc_pick rclcpp rclcpp_action moveit_task_constructor_core
//     tf2_eigen realvlg_ros)
//   install(TARGETS mtc_pick DESTINATION lib/${PROJECT_NAME})
//   ament_package()
//
// and start it with the parameters of move_group (robot_description, robot_description_semantic,
// kinematics, planning pipelines), as for every node with MTC. The names below are those of
// panda_moveit_config. Set end_effector_link of grasp_node to panda_link8, and fixed_frame.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <Eigen/Geometry>
#include <geometry_msgs/msg/pose_stamped.hpp>
#include <geometry_msgs/msg/vector3_stamped.hpp>
#if __has_include(<moveit/robot_model/robot_model.hpp>)
#include <moveit/robot_model/robot_model.hpp>
#else  // before Jazzy
#include <moveit/robot_model/robot_model.h>
#endif
#include <moveit/task_constructor/container.h>
#include <moveit/task_constructor/cost_terms.h>
#include <moveit/task_constructor/solvers.h>
#include <moveit/task_constructor/stages.h>
#include <moveit/task_constructor/task.h>
#include <moveit_msgs/msg/collision_object.hpp>
#include <rclcpp/rclcpp.hpp>
#include <rclcpp_action/rclcpp_action.hpp>
#include <realvlg_ros/action/plan_grasps.hpp>
#include <tf2_eigen/tf2_eigen.hpp>

namespace mtc = moveit::task_constructor;
using PlanGrasps = realvlg_ros::action::PlanGrasps;
using realvlg_ros::msg::GraspCandidate;
using realvlg_ros::msg::GraspTarget;

namespace {

const std::string kArm = "panda_arm";
const std::string kHand = "hand";
const std::string kObject = "object";
const char* const kFinger = "panda_finger_joint1";

// The object with its grasps; throws when there is none.
GraspTarget plan_grasps(const rclcpp::Node::SharedPtr& node, const std::string& instruction) {
  using namespace std::chrono_literals;
  auto client = rclcpp_action::create_client<PlanGrasps>(node, "/realvlg/plan_grasps");
  if (!client->wait_for_action_server(10s)) throw std::runtime_error("grasp_server is not there");
  PlanGrasps::Goal goal;
  goal.instruction = instruction;
  goal.timeout = 20.0;
  goal.wait_for_stable = true;
  auto handle = client->async_send_goal(goal).get();
  if (!handle) throw std::runtime_error("grasp_server is not active");
  auto result = client->async_get_result(handle).get().result;
  if (result->status != PlanGrasps::Result::OK) throw std::runtime_error(result->message);
  return result->target;
}

// The box around the object; MTC stops where it is not known.
moveit_msgs::msg::CollisionObject box_of(const GraspTarget& target) {
  if (target.object_size.x <= 0) throw std::runtime_error("the size of the object is not known");
  moveit_msgs::msg::CollisionObject object;
  object.header.frame_id = target.header.frame_id;
  object.id = kObject;
  object.pose = target.object_pose;
  object.primitives.resize(1);
  object.primitives[0].type = shape_msgs::msg::SolidPrimitive::BOX;
  object.primitives[0].dimensions = {target.object_size.x, target.object_size.y,
                                     target.object_size.z};
  object.primitive_poses.resize(1);
  object.primitive_poses[0].orientation.w = 1.0;
  return object;
}

// The pose of the parent link, as it is or with the fingers exchanged.
Eigen::Isometry3d link_pose(const GraspCandidate& grasp, bool turned) {
  Eigen::Isometry3d tcp, link;
  tf2::fromMsg(grasp.pose.pose, tcp);
  tf2::fromMsg(grasp.parent_link_pose, link);
  if (!turned) return link;
  const Eigen::AngleAxisd half_turn(M_PI, Eigen::Vector3d::UnitZ());
  return tcp * half_turn * tcp.inverse() * link;
}

std::unique_ptr<mtc::stages::MoveRelative> straight(const std::string& name,
                                                    const mtc::solvers::PlannerInterfacePtr& planner,
                                                    const GraspTarget& target,
                                                    const geometry_msgs::msg::Vector3& along,
                                                    double distance) {
  auto stage = std::make_unique<mtc::stages::MoveRelative>(name, planner);
  stage->setGroup(kArm);
  stage->setIKFrame(target.parent_link);
  stage->setMinMaxDistance(0.95 * distance, distance);
  geometry_msgs::msg::Vector3Stamped direction;
  direction.header.frame_id = target.header.frame_id;
  direction.vector = along;
  stage->setDirection(direction);
  return stage;
}

std::unique_ptr<mtc::stages::MoveTo> fingers(const std::string& name,
                                             const mtc::solvers::PlannerInterfacePtr& planner,
                                             double position) {
  auto stage = std::make_unique<mtc::stages::MoveTo>(name, planner);
  stage->setGroup(kHand);
  stage->setGoal(std::map<std::string, double>{{kFinger, position}});
  return stage;
}

std::unique_ptr<mtc::stages::ModifyPlanningScene> touch(const std::string& name,
                                                        const std::vector<std::string>& links,
                                                        bool allow) {
  auto stage = std::make_unique<mtc::stages::ModifyPlanningScene>(name);
  stage->allowCollisions(kObject, links, allow);
  return stage;
}

// Everything that one grasp needs, from the open gripper before the approach to the lifted object.
// The steps before IK are planned backward from its scene, in which the hand may touch the object:
// before the approach it may not. What the object stands on, where it is in the scene, needs a
// permission of its own before the lift.
std::unique_ptr<mtc::SerialContainer> pick(const GraspTarget& target, std::size_t index, bool turned,
                                           mtc::Stage* start,
                                           const mtc::solvers::PlannerInterfacePtr& cartesian,
                                           const mtc::solvers::PlannerInterfacePtr& joints,
                                           const std::vector<std::string>& touch_links) {
  const GraspCandidate& grasp = target.grasps[index];
  auto steps = std::make_unique<mtc::SerialContainer>("grasp " + std::to_string(index) +
                                                      (turned ? " turned" : ""));
  steps->insert(touch("allow touch", touch_links, true));
  steps->insert(straight("approach", cartesian, target, grasp.approach, grasp.standoff));

  geometry_msgs::msg::PoseStamped pose;
  pose.header.frame_id = target.header.frame_id;
  pose.pose = tf2::toMsg(link_pose(grasp, turned));
  auto generate = std::make_unique<mtc::stages::GeneratePose>("pose");
  generate->setPose(pose);
  generate->setMonitoredStage(start);
  auto ik = std::make_unique<mtc::stages::ComputeIK>("IK", std::move(generate));
  ik->setGroup(kArm);
  ik->setEndEffector(kHand);
  ik->setIKFrame(target.parent_link);
  ik->setMaxIKSolutions(4);
  ik->properties().configureInitFrom(mtc::Stage::INTERFACE, {"target_pose"});
  // MTC takes the least cost first, and of grasps the greatest preference is the best.
  ik->setCostTerm(std::make_unique<mtc::cost::Constant>(1.0 - grasp.preference));
  steps->insert(std::move(ik));

  steps->insert(fingers("close", joints, 0.0));
  auto attach = std::make_unique<mtc::stages::ModifyPlanningScene>("attach");
  attach->attachObject(kObject, target.parent_link);
  steps->insert(std::move(attach));
  steps->insert(straight("lift", cartesian, target, grasp.retreat, grasp.retreat_distance));
  return steps;
}

mtc::Task make_task(const rclcpp::Node::SharedPtr& node, const GraspTarget& target) {
  mtc::Task task("pick " + target.label);
  task.loadRobotModel(node);
  auto sampling = std::make_shared<mtc::solvers::PipelinePlanner>(node);
  auto joints = std::make_shared<mtc::solvers::JointInterpolationPlanner>();
  auto cartesian = std::make_shared<mtc::solvers::CartesianPath>();
  cartesian->setStepSize(0.005);
  for (const mtc::solvers::PlannerInterfacePtr& planner :
       std::vector<mtc::solvers::PlannerInterfacePtr>{sampling, joints, cartesian}) {
    planner->setMaxVelocityScalingFactor(0.1);
    planner->setMaxAccelerationScalingFactor(0.1);
  }
  const auto touch_links =
      task.getRobotModel()->getJointModelGroup(kHand)->getLinkModelNamesWithCollisionGeometry();

  task.add(std::make_unique<mtc::stages::CurrentState>("current state"));
  auto show = std::make_unique<mtc::stages::ModifyPlanningScene>("show the object");
  show->addObject(box_of(target));
  task.add(std::move(show));
  // One opening for all grasps; each finger makes half of it.
  double opening = 0.0;
  for (const auto& grasp : target.grasps) opening = std::max(opening, grasp.opening_width);
  auto open = fingers("open", joints, opening / 2);
  task.add(std::move(open));
  // Grasps begin from the scene of this stage, and the way to them from that of the next one.
  auto touching = touch("for the grasps", touch_links, true);
  mtc::Stage* start = touching.get();
  task.add(std::move(touching));
  task.add(touch("for the way to them", touch_links, false));
  auto connect = std::make_unique<mtc::stages::Connect>(
      "to the pre-grasp pose", mtc::stages::Connect::GroupPlannerVector{{kArm, sampling}});
  connect->setTimeout(5.0);
  task.add(std::move(connect));

  auto grasps = std::make_unique<mtc::Alternatives>("grasps");
  for (std::size_t index = 0; index < target.grasps.size(); ++index)
    for (const bool turned : {false, true})
      grasps->insert(pick(target, index, turned, start, cartesian, joints, touch_links));
  task.add(std::move(grasps));
  return task;
}

int run(const rclcpp::Node::SharedPtr& node, const std::string& instruction) {
  const GraspTarget target = plan_grasps(node, instruction);
  mtc::Task task = make_task(node, target);
  if (!task.plan(1)) {
    task.explainFailure(std::cerr);
    return 1;
  }
  return task.execute(*task.solutions().front()) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  rclcpp::init(argc, argv);
  const auto arguments = rclcpp::remove_ros_arguments(argc, argv);
  rclcpp::NodeOptions options;
  options.automatically_declare_parameters_from_overrides(true);
  auto node = std::make_shared<rclcpp::Node>("mtc_pick", options);
  std::thread spinner([node] { rclcpp::spin(node); });
  int status = 1;
  try {
    status = run(node, arguments.size() > 1 ? arguments[1] : "");
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  rclcpp::shutdown();
  spinner.join();
  return status;
}
